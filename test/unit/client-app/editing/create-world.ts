import type { ApiResult } from '../../../../client-app/api.ts';
import { ProblemError } from '../../../../client-app/auth/problem.ts';
import type { ProblemCode } from '../../../../client-app/auth/problem-messages.ts';
import { createDrafts } from '../../../../client-app/editing/drafts.ts';
import { createEditor } from '../../../../client-app/editing/editor.ts';
import type { ViewContext } from '../../../../client-app/ui/view.ts';
import { createSessionStorage } from './session-storage.ts';

/** The resource that the tests edit. */
export interface Note {
  readonly text: string;
}

/** The key of the note's draft. */
export const draftKey = 'notes/1';

function createError(code: ProblemCode, status: number): ProblemError {
  return new ProblemError({ code, status, correlationId: '' });
}

/** A stored note with versions `v1`, `v2`, … */
function createStore() {
  const saves: string[] = [];
  let stored: Note | undefined = { text: 'first' };
  let version = 1;
  const store = {
    /** The texts that editors have saved. */
    saves,
    /** Another user saves the note, or deletes it with `undefined`. */
    change(text: string | undefined) {
      stored = text === undefined ? undefined : { text };
      version += 1;
    },
    read(): ApiResult<Note> {
      if (!stored) throw createError('not_found', 404);
      return { value: stored, etag: `v${version}` };
    },
    write(value: Note, basedOn: string): ApiResult<Note> {
      const currentVersion = stored ? `v${version}` : 'none';
      if (basedOn !== currentVersion) throw createError('conflict', 412);
      saves.push(value.text);
      store.change(value.text);
      return store.read();
    },
  };
  return store;
}

interface PageOptions {
  readonly blank?: Note;
  /** The note is saved, but the response does not arrive. */
  readonly losesResponse?: boolean;
}

/** A store, and pages that edit its note. The drafts outlive a page. */
export function createWorld() {
  const store = createStore();
  const drafts = createDrafts(createSessionStorage(), 'alice');
  const context = { drafts, refresh() {}, announce() {} } as unknown as ViewContext;

  async function openPage({ blank, losesResponse = false }: PageOptions = {}) {
    const editor = createEditor<Note, Note>({
      context,
      draftKey,
      ...(blank && { blank }),
      read: async () => store.read(),
      async write(value, basedOn) {
        const result = store.write(value, basedOn);
        if (losesResponse) throw createError('timeout', 504);
        return result;
      },
      toValue: ({ text }) => ({ text }),
    });
    await editor.load();
    return editor;
  }

  return { store, drafts, openPage };
}
