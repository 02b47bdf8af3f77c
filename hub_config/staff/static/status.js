// Looks again every few seconds and puts in what is another. Nothing in these places can have the focus.
const SECONDS = 10;

async function look() {
  // the hub answers a script only with the token of its page
  const headers = { "X-XSRFToken": document.querySelector("main").dataset.xsrf };
  const answer = await fetch(location.href, { headers, redirect: "manual" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const place of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(place.id);
    if (now && now.innerHTML !== place.innerHTML) place.innerHTML = now.innerHTML;
  }
}

setInterval(() => look().catch(() => {}), SECONDS * 1000);
