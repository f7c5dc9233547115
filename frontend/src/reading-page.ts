// The reading page and the upload box. Everything here is comfort: the page works as plain links and forms.
const byPath = (path: string): HTMLElement | null => document.getElementById(`o-${path}`);

function pathsOf(mark: Element): string[] {
  return (mark.getAttribute("data-paths") ?? "").split(" ").filter(Boolean);
}

/** Light up the words of one field, and bring the first of them into the paper's window. */
function light(path: string | null, scroll: boolean): void {
  const paper = document.querySelector<HTMLElement>("[data-paper]");
  if (!paper) return;
  let first: Element | null = null;
  for (const mark of paper.querySelectorAll("[data-paths]")) {
    const lit = path !== null && pathsOf(mark).includes(path);
    mark.classList.toggle("lit", lit);
    if (lit) first ??= mark;
  }
  if (first && scroll) bringIntoView(paper, first);
}

/** Scroll the paper only: scrolling the page would carry the field away from the eye. */
function bringIntoView(paper: HTMLElement, mark: Element): void {
  const box = mark.getBoundingClientRect();
  const frame = paper.getBoundingClientRect();
  if (box.top >= frame.top + 20 && box.bottom <= frame.bottom - 20) return;
  const smooth = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  paper.scrollBy({ top: box.top - frame.top - frame.height / 3, behavior: smooth ? "smooth" : "auto" });
}

function openAround(element: HTMLElement): void {
  for (let at = element.parentElement; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true;
  }
}

function focusField(path: string): void {
  const field = byPath(path);
  if (!field) return;
  openAround(field);
  field.scrollIntoView({ block: "center" });
  const input = field.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select");
  (input ?? field).focus({ preventScroll: true });
}

function visibleFields(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-fields] [data-path]")].filter(
    (field) => field.offsetParent !== null,
  );
}

/** Weak fields that nobody has decided come first for whoever works by keyboard. ``from``: where one was last. */
function step(by: 1 | -1, from: string | null): void {
  const fields = visibleFields();
  let here = fields.findIndex((field) => field.contains(document.activeElement));
  if (here < 0) here = fields.findIndex((field) => field.dataset["path"] === from);
  const next = fields[Math.min(Math.max(here + by, 0), fields.length - 1)];
  if (next) focusField(next.dataset["path"] ?? "");
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");
}

/** Only the inputs that the chosen kind of deadline needs. */
function showDueInputs(root: ParentNode): void {
  for (const select of root.querySelectorAll<HTMLSelectElement>("[data-due-kind]")) {
    const inputs = select.form?.querySelectorAll<HTMLElement>("[data-due]") ?? [];
    for (const input of inputs) {
      const kind = input.dataset["due"];
      const wanted = kind === "words" ? select.value === "condition" : kind === select.value;
      input.hidden = !wanted;
    }
  }
}

type Typed = { path: string; name: string; value: string };
type Input = HTMLInputElement | HTMLTextAreaElement;

function inputsOf(form: Element): Input[] {
  return [...form.querySelectorAll<Input>("input:not([type=hidden]):not([type=checkbox]), textarea")];
}

/** What stands typed in other fields and was not sent yet. */
function unsaved(sent: string | null): Typed[] {
  return [...document.querySelectorAll<HTMLElement>("[data-fields] [data-path]")]
    .filter((form) => form.dataset["path"] !== sent)
    .flatMap((form) =>
      inputsOf(form)
        .filter((input) => input.value !== input.defaultValue)
        .map((input) => ({ path: form.dataset["path"] ?? "", name: input.name, value: input.value })),
    );
}

function putBack(typed: Typed[]): void {
  for (const { path, name, value } of typed) {
    const form = byPath(path);
    const input = form ? inputsOf(form).find((each) => each.name === name) : undefined;
    if (input) input.value = value;
  }
}

function reading(): void {
  let pinned: string | null = null;
  let waiting: string | null = null;
  const fieldOf = (target: EventTarget | null): string | null =>
    target instanceof Element ? (target.closest<HTMLElement>("[data-path]")?.dataset["path"] ?? null) : null;

  document.addEventListener("focusin", (event) => {
    const path = fieldOf(event.target);
    if (path) light((pinned = path), true);
  });
  document.addEventListener("pointerover", (event) => {
    const path = fieldOf(event.target);
    if (path) light(path, false);
  });
  document.addEventListener("pointerout", (event) => {
    if (fieldOf(event.target) && !fieldOf(event.relatedTarget)) light(pinned, false);
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const place = event.target.closest<HTMLElement>("[data-go]");
    const paper = document.querySelector("[data-paper]");
    if (place && [...(paper?.querySelectorAll("[data-paths]") ?? [])].some((m) => pathsOf(m).includes(place.dataset["go"] ?? ""))) {
      event.preventDefault();
      light((pinned = place.dataset["go"] ?? null), true);
      return;
    }
    const mark = event.target.closest("[data-paper] [data-paths]");
    const path = mark ? pathsOf(mark)[0] : undefined;
    if (path && byPath(path)) {
      event.preventDefault();
      focusField(path);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(event.target)) (event.target as HTMLElement).blur();
    if (typing(event.target)) return;
    if (event.key === "j") step(1, pinned);
    else if (event.key === "k") step(-1, pinned);
    else return;
    event.preventDefault();
  });
  document.addEventListener("change", () => showDueInputs(document));

  // After a decision the right side is drawn anew: what was typed elsewhere stays, and the eye goes on to the next
  // field that wants a look.
  let typed: Typed[] = [];
  document.addEventListener("htmx:beforeRequest", (event) => {
    waiting = fieldOf(event.target);
  });
  document.addEventListener("htmx:beforeSwap", () => {
    typed = unsaved(waiting);
  });
  document.addEventListener("htmx:afterSettle", () => {
    putBack(typed);
    showDueInputs(document);
    const wrong = document.querySelector<HTMLElement>("[data-fields] [data-path]:has(.field-error)");
    const next = wrong ?? document.querySelector<HTMLElement>("[data-fields] form.field-weak");
    const open = new Set([...document.querySelectorAll<HTMLElement>("form.field-weak")].map((field) => field.dataset["path"]));
    for (const mark of document.querySelectorAll("[data-paper] .mark-weak")) {
      mark.classList.toggle("mark-weak", pathsOf(mark).some((path) => open.has(path)));
    }
    if (next) focusField(next.dataset["path"] ?? "");
    else if (waiting) document.querySelector<HTMLElement>(".confirm-bar .btn-primary")?.focus({ preventScroll: true });
    waiting = null;
  });
  showDueInputs(document);
  if (location.hash.startsWith("#o-")) focusField(decodeURIComponent(location.hash.slice(3)));
}

function upload(form: HTMLFormElement): void {
  const box = form.querySelector<HTMLElement>("[data-drop]");
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const list = form.querySelector<HTMLElement>("[data-drop-files]");
  if (!box || !input) return;
  const show = (): void => {
    if (!list) return;
    list.replaceChildren(
      ...[...(input.files ?? [])].map((file) => {
        const line = document.createElement("li");
        line.textContent = `${file.name} (${(file.size / 1024 / 1024).toLocaleString("vi", { maximumFractionDigits: 1 })} MB)`;
        return line;
      }),
    );
  };
  input.addEventListener("change", show);
  for (const name of ["dragenter", "dragover"]) {
    box.addEventListener(name, (event) => {
      event.preventDefault();
      box.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) box.addEventListener(name, () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer?.files.length) {
      input.files = event.dataTransfer.files;
      show();
    }
  });
}

if (document.querySelector("[data-reading]")) reading();
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-upload]")) upload(form);
