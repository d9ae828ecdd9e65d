import type { GuestMemory } from '../../../models/memory/guest-memory.js';

/** Sends up to `count` waiting pages from the cursor on, as a migration does; returns what was sent. */
export function send(memory: GuestMemory, count: number): { data: number; zero: number } {
  const sent = { data: 0, zero: 0 };
  let left = count;
  while (left > 1e-9 && memory.waiting() > 0) {
    const { span, data, zero } = memory.stretch();
    const perPosition = data + zero;
    const walked = perPosition > 0 ? Math.min(span, left / perPosition) : span;
    sent.data += walked * data;
    sent.zero += walked * zero;
    left -= walked * perPosition;
    memory.advance(walked);
  }
  return sent;
}
