// Notes of figures at the pointer, at once and on touch too; without this script browsers show them after a while.
'use strict';
for (const image of document.querySelectorAll('figure svg')) {
  const [title, description] = ['title', 'desc'].map((tag) => image.querySelector(tag));
  image.setAttribute('aria-label', `${title.textContent}. ${description.textContent}`);
  image.removeAttribute('aria-labelledby');
  title.remove();
  for (const note of image.querySelectorAll('title')) {
    note.parentNode.dataset.note = note.textContent;
    note.remove();
  }
}
const tip = document.getElementById('tip');
function show(event) {
  const mark = event.target.closest('[data-note]');
  tip.hidden = mark === null;
  if (tip.hidden) return;
  tip.textContent = mark.dataset.note;
  const box = tip.getBoundingClientRect();
  const left = Math.min(event.clientX + 12, window.innerWidth - box.width - 8);
  const above = event.clientY - box.height - 12;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above >= 8 ? above : event.clientY + 16}px`;
}
document.addEventListener('pointerover', show);
document.addEventListener('pointerdown', show);
window.addEventListener('scroll', () => { tip.hidden = true; }, { passive: true });
