// ⌘K or Ctrl+K goes to the search box; Escape leaves an open menu.
export function enableShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      const box = document.querySelector<HTMLInputElement>("#frame-search");
      if (!box) return;
      event.preventDefault();
      box.focus();
      box.select();
    }
    if (event.key === "Escape") {
      const open = document.querySelector<HTMLDetailsElement>("details[data-menu][open]");
      if (!open) return;
      open.open = false;
      open.querySelector("summary")?.focus();
    }
  });
}
