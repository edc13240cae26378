/* The theme that was chosen, before anything is drawn: a classic script, since modules run too late. */
(() => {
  let theme = null;
  try { theme = localStorage.getItem("edgeclassify.theme"); } catch { /* no storage: as the machine has it */ }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
