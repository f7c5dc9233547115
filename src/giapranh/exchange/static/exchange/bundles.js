// A bundle may be large and the line slow: how much has gone is shown, and then that the node is at work.
// Without script the form is sent as any other.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("form[data-sending]")) return;
  const box = form.querySelector("[data-sending-box]");
  const bar = box.querySelector("progress");
  const words = box.querySelector("[data-sending-words]");
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  box.hidden = false;
  words.textContent = form.dataset.sending;
  const request = new XMLHttpRequest();
  request.responseType = "document";
  request.upload.addEventListener("progress", (told) => {
    if (!told.lengthComputable) return;
    const percent = Math.floor((100 * told.loaded) / told.total);
    if (percent < 100) {
      bar.value = percent;
      words.textContent = `${form.dataset.sending} ${percent} %`;
    } else {
      bar.removeAttribute("value");
      words.textContent = form.dataset.working;
    }
  });
  const failed = () => {
    button.disabled = false;
    bar.value = 0;
    words.textContent = form.dataset.failed;
  };
  request.addEventListener("error", failed);
  request.addEventListener("load", () => {
    const main = request.response?.querySelector("main");
    if (!main) {
      failed();
      return;
    }
    document.title = request.response.title;
    document.querySelector("main").replaceWith(document.adoptNode(main));
    main.focus();
    main.scrollIntoView();
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
});
