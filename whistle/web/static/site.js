// Small comforts only: every page does all of its work without this file.
(function () {
  "use strict";
  var leave = document.getElementById("leave");
  var shifts = 0;
  var last = 0;

  // The page that was left is replaced in the history, and the screen is white before the next page has loaded.
  function go(event) {
    if (event) { event.preventDefault(); }
    window.onbeforeunload = null;
    document.documentElement.hidden = true;
    window.location.replace(leave.href);
  }

  if (leave) {
    leave.addEventListener("click", go);
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Shift" || event.repeat) { shifts = event.key === "Shift" ? shifts : 0; return; }
      shifts = event.timeStamp - last < 2000 ? shifts + 1 : 1;
      last = event.timeStamp;
      if (shifts === 3) { go(); }
    });
  }

  var key = document.getElementById("case-key");
  if (!key) { return; }
  window.onbeforeunload = function (event) { event.preventDefault(); return ""; };
  document.addEventListener("submit", function () { window.onbeforeunload = null; });

  var copy = document.getElementById("copy-key");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", function () {
      navigator.clipboard.writeText(key.textContent.trim()).then(function () {
        copy.textContent = copy.getAttribute("data-done");
      });
    });
  }
}());
