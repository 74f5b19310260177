"use strict";
// What the page does apart from the curves: colours, tables, and finding one's way.
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);

  // ---- light and dark, remembered where the browser allows it ----
  const THEME = "epochwise-theme";
  const remembered = () => { try { return localStorage.getItem(THEME); } catch { return null; } };
  const remember = (theme) => { try { localStorage.setItem(THEME, theme); } catch { /* then not */ } };
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);
  const themeButton = byId("theme");
  const changed = () => {
    themeButton.textContent = isDark() ? "Light colours" : "Dark colours";
    document.dispatchEvent(new Event("theme"));
  };
  if (["light", "dark"].includes(remembered())) root.dataset.theme = remembered();
  themeButton.hidden = false;
  changed();
  themeButton.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(root.dataset.theme);
    changed();
  });
  prefersDark.addEventListener("change", changed);

  // ---- back to the page of all studies, for those who came from it ----
  if (location.hash === "#gallery") byId("gallery").hidden = false;

  // ---- a link into what is folded opens it; paper shows all ----
  const unfold = () => {
    const target = location.hash.length > 1 ? byId(decodeURIComponent(location.hash.slice(1))) : null;
    const folded = target?.closest("details");
    if (folded) { folded.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", unfold);
  unfold();
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of opened) one.open = false; });

  // ---- tables ----
  const compare = (one, other) => {
    if (one === "" || other === "") return one === other ? 0 : one === "" ? 1 : -1; // empty ones last
    const numbers = [Number(one), Number(other)];
    if (numbers.every(Number.isFinite)) return numbers[0] - numbers[1];
    return one < other ? -1 : one > other ? 1 : 0;
  };
  const sortBy = (heading) => {
    const body = heading.closest("table").tBodies[0];
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => row.cells[heading.cellIndex].dataset.v;
    const rows = [...body.rows].sort((a, b) => {
      const [one, other] = [value(a), value(b)];
      const order = compare(one, other);
      return down && one !== "" && other !== "" ? -order : order;
    });
    body.append(...rows);
  };
  for (const button of document.querySelectorAll("th button")) {
    button.addEventListener("click", () => sortBy(button.parentNode));
  }
})();
