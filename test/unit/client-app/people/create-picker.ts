import { createPeoplePicker } from '../../../../client-app/people/people-picker.ts';
import type { ViewContext } from '../../../../client-app/ui/view.ts';
import type { Clock } from '../../../../shared/browser/clock.ts';
import { alice, createTestPeople, settle } from './create-test-people.ts';

/** A clock that the test moves. */
function createClock() {
  let time = 0;
  const sleepers = new Set<{ readonly end: number; readonly wake: () => void }>();
  const clock: Clock = {
    every: () => () => {},
    sleep: (milliseconds) =>
      new Promise((wake) => sleepers.add({ end: time + milliseconds, wake })),
  };
  const pass = async (milliseconds: number) => {
    time += milliseconds;
    for (const sleeper of sleepers) {
      if (sleeper.end > time) continue;
      sleepers.delete(sleeper);
      sleeper.wake();
    }
    await settle();
  };
  return { clock, pass };
}

/** Alice's field for the readers of a document. `openPage` creates it again, as a reload does. */
export function createPickerWorld() {
  const { people, world } = createTestPeople();
  const { clock, pass } = createClock();
  const announced: string[] = [];
  const interactions: object[] = [];
  let chosen: readonly string[] = [];
  const context = {
    people,
    person: { oid: alice.id },
    refresh() {},
    announce: (text: string) => announced.push(text),
    startInteraction: async (_problem: object, pending: object) => {
      interactions.push(pending);
    },
  } as unknown as ViewContext;

  function openPage() {
    const picker = createPeoplePicker({
      context,
      name: 'readers',
      getChosen: () => chosen,
      setChosen(ids) {
        chosen = ids;
      },
      clock,
    });
    picker.focus();
    const press = (key: string, altKey = false) => picker.press({ key, altKey });
    /** Types a text at once, and waits until it has been searched for. */
    const search = async (text: string) => {
      void picker.type(text);
      await pass(300);
    };
    return { picker, press, search };
  }

  return { world, people, pass, announced, interactions, openPage, ...openPage() };
}
