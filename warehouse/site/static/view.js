"use strict";
// On every page: the language switch keeps the view (the query and the place on the page).
{
  const link = document.getElementById("language");
  const bare = link.getAttribute("href");
  const keepView = () => link.setAttribute("href", bare + location.search + (location.hash === "#content" ? "" : location.hash));
  for (const event of ["focus", "pointerenter", "pointerdown", "click"]) link.addEventListener(event, keepView);
}
