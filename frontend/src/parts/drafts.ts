// What was typed in a form with data-draft="key" is kept in this browser until the form is sent.
// Passwords, hidden fields and files are never kept. A sent form keeps its draft until a page of ours tells that it
// arrived: after a refusal, a lost connection or a dead server the words are still there.
type Draft = { at: number; values: Record<string, string[]>; sent?: boolean };

const SKIPPED = new Set(["password", "hidden", "file", "submit", "button"]);
const LIFETIME = 14 * 24 * 3600 * 1000;

function fieldsOf(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] {
  return [...form.elements].filter(
    (field): field is HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement =>
      (field instanceof HTMLInputElement && !SKIPPED.has(field.type)) ||
      field instanceof HTMLTextAreaElement ||
      field instanceof HTMLSelectElement,
  );
}

function read(form: HTMLFormElement): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const field of fieldsOf(form)) {
    if (!field.name) continue;
    const list = (values[field.name] ??= []);
    if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) {
      if (field.checked) list.push(field.value);
    } else if (field instanceof HTMLSelectElement) {
      list.push(...[...field.selectedOptions].map((option) => option.value));
    } else list.push(field.value);
  }
  return values;
}

function write(form: HTMLFormElement, values: Record<string, string[]>): void {
  const position: Record<string, number> = {};
  for (const field of fieldsOf(form)) {
    const kept = values[field.name];
    if (!kept) continue;
    if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) {
      field.checked = kept.includes(field.value);
    } else if (field instanceof HTMLSelectElement) {
      for (const option of field.options) option.selected = kept.includes(option.value);
    } else {
      const index = position[field.name] ?? 0;
      position[field.name] = index + 1;
      field.value = kept[index] ?? field.value;
    }
  }
}

function load(key: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? "null") as Draft | null;
    return draft && Date.now() - draft.at < LIFETIME ? draft : null;
  } catch {
    return null;
  }
}

function keyOf(name: string): string {
  return `draft:${document.documentElement.dataset["who"] ?? ""}:${name}`;
}

function save(key: string, draft: Draft): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    return false; // a full or forbidden store only means that no draft is kept
  }
}

// Whatever was sent before this page came has arrived, unless this page is a refusal or the form itself once more.
export function settleSentDrafts(): void {
  const refused = document.querySelector('meta[name="refusal"], .is-invalid, .alert-danger') !== null;
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const again = navigation?.type === "reload" || navigation?.type === "back_forward";
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(keyOf("")))) {
    const draft = load(key);
    if (draft && !draft.sent) continue;
    const form = [...document.querySelectorAll<HTMLFormElement>("form[data-draft]")].find(
      (each) => keyOf(each.dataset["draft"] ?? "") === key,
    );
    if (draft && (refused || (again && form))) save(key, { at: draft.at, values: draft.values });
    else localStorage.removeItem(key);
  }
}

function watch(form: HTMLFormElement): void {
  const key = keyOf(form.dataset["draft"] ?? "");
  const line = form.querySelector<HTMLElement>("[data-draft-line]");
  const before = JSON.stringify(read(form));
  let timer = 0;
  let sent = false;

  const clear = (): void => {
    localStorage.removeItem(key);
    if (line) line.hidden = true;
  };
  const show = (at: number): void => {
    const words = line?.querySelector("[data-draft-time]");
    if (!line || !words) return;
    words.textContent = new Date(at).toLocaleString(document.documentElement.lang, {
      hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", year: "numeric",
    });
    line.hidden = false;
  };

  const draft = load(key);
  // After a refusal the server sends back what was typed: that is newer than the draft.
  if (draft && form.querySelector(".is-invalid") === null && JSON.stringify(draft.values) !== before) {
    write(form, draft.values);
    show(draft.at);
  }
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (sent) return;
      const at = Date.now();
      if (save(key, { at, values: read(form) })) show(at);
    }, 400);
  });
  form.addEventListener("submit", () => {
    sent = true;
    if (JSON.stringify(read(form)) !== before) save(key, { at: Date.now(), values: read(form), sent: true });
  });
  line?.querySelector("[data-draft-clear]")?.addEventListener("click", () => {
    write(form, JSON.parse(before) as Record<string, string[]>);
    clear();
  });
}

export function keepDrafts(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-draft]")) {
    if (form.dataset["draftOn"]) continue;
    form.dataset["draftOn"] = "yes";
    watch(form);
  }
}
