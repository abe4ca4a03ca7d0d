// The box with the facts of one bar, beside the pointer or the bar that has the focus.
import { byId, element } from './element.ts';

export type Facts = readonly (readonly [name: string, text: string])[];

const GAP = 12;

export class Tip {
  private readonly box = byId('tip');

  constructor() {
    addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.hide();
    });
    addEventListener('scroll', () => this.hide(), { passive: true });
  }

  show(title: string, facts: Facts, near: DOMRect, pointer: number | null): void {
    const list = element('dl');
    for (const [name, text] of facts)
      if (text !== '') list.append(element('dt', {}, name), element('dd', {}, text));
    this.box.replaceChildren(element('strong', {}, title), list);
    this.box.hidden = false;
    const { width, height } = this.box.getBoundingClientRect();
    const [wide, high] = [document.documentElement.clientWidth, innerHeight];
    const left = Math.max(GAP, Math.min((pointer ?? near.left) + GAP, wide - width - GAP));
    const below = near.bottom + GAP;
    const top = below + height > high ? Math.max(GAP, near.top - height - GAP) : below;
    this.box.style.left = `${left}px`;
    this.box.style.top = `${top}px`;
  }

  hide(): void {
    this.box.hidden = true;
  }
}
