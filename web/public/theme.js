// Runs before the first paint, so that a dark page never flashes white. The key is @vueuse/core's.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem('vueuse-color-scheme');
  } catch (_) {
    // Storage may be forbidden; the system's preference decides then.
  }
  var dark =
    stored === 'dark' ||
    ((!stored || stored === 'auto') &&
      window.matchMedia &&
      matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
