export function closeMenusOutside(): void {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    }
  });
}

// A choice marked data-submit acts at once; without scripts the form's own button does.
export function submitOnChange(): void {
  document.addEventListener("change", (event) => {
    const control = event.target;
    if (control instanceof HTMLSelectElement && control.matches("[data-submit]")) control.form?.requestSubmit();
  });
}

// On a phone the sections of a room are one line that scrolls: the one we are in must not be out of sight.
export function showCurrentTab(): void {
  for (const tab of document.querySelectorAll<HTMLElement>(".tabs-line [aria-current]")) {
    const line = tab.parentElement;
    if (line && line.scrollWidth > line.clientWidth) line.scrollLeft = tab.offsetLeft - (line.clientWidth - tab.offsetWidth) / 2;
  }
}
