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
