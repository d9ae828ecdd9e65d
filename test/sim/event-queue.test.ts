import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventQueue, type EventId, type EventQueue } from '../../sim/event-queue.js';

const nothing = (): void => undefined;

/** Adds an event that writes its label down when it is executed. */
function add(queue: EventQueue, heard: string[], time: number, label: string, priority = 0): EventId {
  return queue.add(time, priority, () => heard.push(label));
}

function drain(queue: EventQueue): void {
  while (queue.size > 0) queue.pop()();
}

describe('the event queue', () => {
  it('pops by time, then priority, then order of adding', () => {
    const queue = createEventQueue();
    const heard: string[] = [];
    add(queue, heard, 2, 'late');
    add(queue, heard, 1, 'second');
    add(queue, heard, 1, 'third');
    add(queue, heard, 1, 'last', 1);
    add(queue, heard, 1, 'first', -1);
    drain(queue);
    expect(heard).toEqual(['first', 'second', 'third', 'last', 'late']);
  });

  it('keeps the order of adding for infinite priorities and infinite times', () => {
    const queue = createEventQueue();
    const heard: string[] = [];
    for (const label of ['a', 'b', 'c']) add(queue, heard, Infinity, label, -Infinity);
    drain(queue);
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  it('moves a rescheduled event both ways, with its old rank among equals', () => {
    const queue = createEventQueue();
    const heard: string[] = [];
    const a = add(queue, heard, 9, 'a');
    add(queue, heard, 5, 'b');
    const c = add(queue, heard, 1, 'c');
    queue.reschedule(a, 5);
    queue.reschedule(c, 7);
    drain(queue);
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  it('knows a stale id from the event that uses its slot now', () => {
    const queue = createEventQueue();
    const popped = queue.add(1, 0, nothing);
    queue.pop();
    const removed = queue.add(2, 0, nothing);
    expect(queue.remove(removed)).toBe(true);
    const present = queue.add(3, 0, nothing);
    expect(queue.remove(popped)).toBe(false);
    expect(queue.remove(removed)).toBe(false);
    expect(() => {
      queue.reschedule(removed, 1);
    }).toThrow(`event id = ${removed}: no such event is pending`);
    expect(queue.next()).toBe(3);
    expect(queue.remove(present)).toBe(true);
    expect(queue.size).toBe(0);
  });

  it('does not take an id it never gave for an event', () => {
    const queue = createEventQueue();
    for (const id of [0, 5, -1, 2 ** 40, NaN, 0.5]) expect(queue.remove(id)).toBe(false);
  });

  it('releases the actions of events that are over', () => {
    const queue = createEventQueue();
    const action = (): void => undefined;
    const id = queue.add(1, 0, action);
    queue.add(0, 0, nothing);
    expect(queue.pop()).toBe(nothing);
    expect(queue.pop()).toBe(action);
    expect(queue.remove(id)).toBe(false);
  });

  it('refuses a time that is not a number, and to pop when empty', () => {
    const queue = createEventQueue();
    expect(() => queue.add(NaN, 0, nothing)).toThrow('time = NaN: an event needs a time');
    expect(() => {
      queue.reschedule(queue.add(1, 0, nothing), NaN);
    }).toThrow('time = NaN: an event needs a time');
    queue.pop();
    expect(() => queue.pop()).toThrow('events pending = 0: nothing to pop');
    expect(queue.next()).toBe(Infinity);
  });

  it('pops like a sorted list under any sequence of adding, moving, removing and popping', () => {
    const time = fc.integer({ min: 0, max: 12 });
    const command = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('add'), time, pick: fc.integer({ min: -1, max: 1 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constantFrom('move', 'remove', 'pop'), time, pick: fc.nat(1000) }),
      },
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const queue = createEventQueue();
        const model: { id: EventId; time: number; priority: number; sequence: number }[] = [];
        const stale: EventId[] = [];
        let popped = -1;
        const order = (): void => {
          model.sort((a, b) => a.time - b.time || a.priority - b.priority || a.sequence - b.sequence);
        };
        commands.forEach(({ kind, time, pick }, sequence) => {
          const chosen = model[pick % model.length];
          if (kind === 'add') {
            const id = queue.add(time, pick, () => (popped = sequence));
            model.push({ id, time, priority: pick, sequence });
          } else if (chosen === undefined) {
            expect(queue.size).toBe(0);
          } else if (kind === 'move') {
            queue.reschedule(chosen.id, time);
            chosen.time = time;
          } else if (kind === 'remove') {
            expect(queue.remove(chosen.id)).toBe(true);
            model.splice(model.indexOf(chosen), 1);
            stale.push(chosen.id);
          } else {
            queue.pop()();
            const first = model.shift()!;
            expect(popped).toBe(first.sequence);
            stale.push(first.id);
          }
          order();
          expect(queue.size).toBe(model.length);
          expect(queue.next()).toBe(model[0]?.time ?? Infinity);
        });
        expect(stale.some((id) => queue.remove(id))).toBe(false);
        for (const { sequence } of model) {
          queue.pop()();
          expect(popped).toBe(sequence);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('grows past its first room without losing order', () => {
    const queue = createEventQueue();
    for (let i = 0; i < 5000; i++) queue.add((i * 7919) % 5000, 0, nothing);
    for (let i = 0; i < 5000; i++) {
      expect(queue.next()).toBe(i);
      queue.pop();
    }
  });

  it('does what its example says', () => {
    const queue = createEventQueue();
    const late = queue.add(5, 0, () => undefined);
    queue.add(3, 0, () => undefined);
    expect(queue.next()).toBe(3);
    queue.reschedule(late, 1);
    expect(queue.next()).toBe(1);
    expect(queue.remove(late)).toBe(true);
    expect(queue.remove(late)).toBe(false);
    expect(queue.size).toBe(1);
  });
});
