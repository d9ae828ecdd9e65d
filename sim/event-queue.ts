/** Names one pending event; it never comes to mean another event later. */
export type EventId = number;

export interface EventQueue {
  /** How many events are pending. */
  readonly size: number;
  add(time: number, priority: number, action: () => void): EventId;
  reschedule(id: EventId, time: number): void;
  remove(id: EventId): boolean;
  /** Time of the first event, Infinity if there is none. */
  next(): number;
  pop(): () => void;
}

// An id is generation x 2^22 + slot. The slot is found with one bit operation, and the whole id is compared with
// the slot's present one, so that an id kept too long is recognised. A slot's ids repeat after 2^31 uses.
const SLOT_RANGE = 2 ** 22;
const SLOT_MASK = SLOT_RANGE - 1;
const LAST_GENERATION = 2 ** 53 - SLOT_RANGE;

const nothing = (): void => undefined;

/**
 * A queue of events ordered by (time, priority, sequence): earlier times first, then smaller priorities, then the
 * order in which the events were added. A rescheduled event keeps its place in that order of adding.
 *
 * It is an indexed four-ary heap on flat arrays: `add`, `reschedule`, `remove` and `pop` are O(log n) and allocate
 * nothing but, now and then, larger arrays. A pop and an add together, with 10,000 events pending, take 0.5 to 0.8 of
 * the time of a plain binary heap of objects, which can do less; with 100 pending the two are about even.
 *
 * Throws a RangeError for a time that is NaN and beyond 4,194,304 pending events.
 *
 * @example
 * const queue = createEventQueue();
 * const late = queue.add(5, 0, () => undefined);
 * queue.add(3, 0, () => undefined);
 * queue.next(); // => 3
 * queue.reschedule(late, 1);
 * queue.next(); // => 1
 * queue.remove(late); // => true
 * queue.remove(late); // => false
 * queue.size; // => 1
 */
export function createEventQueue(): EventQueue {
  let room = 0;
  let size = 0;
  let sequence = 0;
  // By place in the heap. The slots beyond `size` are the free ones, so no separate list of them is needed.
  let times = new Float64Array(0);
  let slots = new Int32Array(0);
  // By slot.
  let places = new Int32Array(0);
  let priorities = new Float64Array(0);
  let sequences = new Float64Array(0);
  let ids = new Float64Array(0);
  const actions: (() => void)[] = [];

  function grow(): void {
    const wider = Math.min(SLOT_RANGE, Math.max(64, room * 2));
    if (wider === room)
      throw new RangeError(`pending events = ${size}: the queue holds at most ${SLOT_RANGE}`);
    const floats = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const array = new Float64Array(wider);
      array.set(old);
      return array;
    };
    const integers = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const array = new Int32Array(wider);
      array.set(old);
      return array;
    };
    times = floats(times);
    slots = integers(slots);
    places = integers(places);
    priorities = floats(priorities);
    sequences = floats(sequences);
    ids = floats(ids);
    for (let slot = room; slot < wider; slot++) {
      slots[slot] = slot;
      ids[slot] = slot;
      actions.push(nothing);
    }
    room = wider;
  }

  /** Whether of two events at the same time the one in slot `a` comes first. */
  function breaksTie(a: number, b: number): boolean {
    const difference = priorities[a]! - priorities[b]!;
    // Two infinite priorities differ by NaN: they are equal.
    return difference < 0 || (!(difference > 0) && sequences[a]! < sequences[b]!);
  }

  // The two sifts hold the arrays in constants of their own: read from the closure at each use, where the engine cannot
  // know that no call has replaced them, they take a fifth (100 events) to two fifths (10,000) longer.
  function siftUp(from: number, slot: number, time: number): void {
    const heapTimes = times;
    const heapSlots = slots;
    const slotPlaces = places;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const parentTime = heapTimes[parent]!;
      if (parentTime < time) break;
      const parentSlot = heapSlots[parent]!;
      if (parentTime === time && breaksTie(parentSlot, slot)) break;
      heapTimes[place] = parentTime;
      heapSlots[place] = parentSlot;
      slotPlaces[parentSlot] = place;
      place = parent;
    }
    heapTimes[place] = time;
    heapSlots[place] = slot;
    slotPlaces[slot] = place;
  }

  function siftDown(from: number, slot: number, time: number): void {
    const heapTimes = times;
    const heapSlots = slots;
    const slotPlaces = places;
    const end = size;
    let place = from;
    for (;;) {
      const firstChild = place * 4 + 1;
      if (firstChild >= end) break;
      const lastChild = Math.min(firstChild + 3, end - 1);
      let child = firstChild;
      let childTime = heapTimes[firstChild]!;
      for (let other = firstChild + 1; other <= lastChild; other++) {
        const otherTime = heapTimes[other]!;
        if (
          otherTime < childTime ||
          (otherTime === childTime && breaksTie(heapSlots[other]!, heapSlots[child]!))
        ) {
          child = other;
          childTime = otherTime;
        }
      }
      if (time < childTime) break;
      const childSlot = heapSlots[child]!;
      if (time === childTime && breaksTie(slot, childSlot)) break;
      heapTimes[place] = childTime;
      heapSlots[place] = childSlot;
      slotPlaces[childSlot] = place;
      place = child;
    }
    heapTimes[place] = time;
    heapSlots[place] = slot;
    slotPlaces[slot] = place;
  }

  /** Puts an event at a place that has become free, upwards or downwards from there. */
  function settle(place: number, slot: number, time: number): void {
    const parent = (place - 1) >> 2;
    const rises =
      place > 0 && (time < times[parent]! || (time === times[parent]! && breaksTie(slot, slots[parent]!)));
    if (rises) siftUp(place, slot, time);
    else siftDown(place, slot, time);
  }

  /** Takes the event at a place out of the heap and frees its slot. */
  function take(place: number): () => void {
    const slot = slots[place]!;
    const action = actions[slot]!;
    actions[slot] = nothing;
    const id = ids[slot]!;
    ids[slot] = id >= LAST_GENERATION ? slot : id + SLOT_RANGE;
    size--;
    const lastSlot = slots[size]!;
    slots[size] = slot;
    if (place < size) settle(place, lastSlot, times[size]!);
    return action;
  }

  /** Where a pending event stands in the heap; -1 for an id that is not pending. */
  function placeOf(id: EventId): number {
    const slot = id & SLOT_MASK;
    if (slot >= room || ids[slot] !== id) return -1;
    const place = places[slot]!;
    return place < size && slots[place] === slot ? place : -1;
  }

  return {
    get size() {
      return size;
    },
    add(time, priority, action) {
      if (Number.isNaN(time)) throw new RangeError(`time = ${time}: an event needs a time`);
      if (size === room) grow();
      const slot = slots[size]!;
      actions[slot] = action;
      priorities[slot] = priority;
      sequences[slot] = sequence++;
      siftUp(size++, slot, time);
      return ids[slot]!;
    },
    reschedule(id, time) {
      if (Number.isNaN(time)) throw new RangeError(`time = ${time}: an event needs a time`);
      const place = placeOf(id);
      if (place < 0) throw new RangeError(`event id = ${id}: no such event is pending`);
      settle(place, slots[place]!, time);
    },
    remove(id) {
      const place = placeOf(id);
      if (place < 0) return false;
      take(place);
      return true;
    },
    next() {
      return size > 0 ? times[0]! : Infinity;
    },
    pop() {
      if (size === 0) throw new RangeError('events pending = 0: nothing to pop');
      return take(0);
    },
  };
}
