// Buttons that only work with scripts appear, and a passkey that could not be read is told on the page.
for (const button of document.querySelectorAll(".hidden-until-script")) button.classList.remove("hidden-until-script");
document.addEventListener("allauth.error", () => {
  for (const line of document.querySelectorAll("[data-passkey-failed]")) line.hidden = false;
});
