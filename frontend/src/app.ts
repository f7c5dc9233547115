import { keepDrafts, settleSentDrafts } from "./parts/drafts";
import { enableShortcuts } from "./parts/shortcuts";
import { closeMenusOutside, showCurrentTab, submitOnChange } from "./parts/small";

document.documentElement.classList.add("with-script");
enableShortcuts();
closeMenusOutside();
submitOnChange();
showCurrentTab();
settleSentDrafts();
keepDrafts(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof HTMLElement) keepDrafts(event.target);
});
