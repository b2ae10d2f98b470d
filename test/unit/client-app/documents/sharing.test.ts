import { expect, test } from '@jest/globals';
import type { DocumentFields } from '../../../../client-app/documents/documents.ts';
import { createSharing } from '../../../../client-app/documents/sharing.ts';
import type { Editor } from '../../../../client-app/editing/editor.ts';
import type { ViewContext } from '../../../../client-app/ui/view.ts';
import { alice, bob, bobby, createTestPeople } from '../people/create-test-people.ts';

/** The sharing of a document of Alice's. */
function openSharing(fields: Partial<DocumentFields> = {}) {
  const editor = {
    value: { id: '1', title: '', text: '', readers: [], writers: [], ...fields } as DocumentFields,
    edit(part: Partial<DocumentFields>) {
      editor.value = { ...editor.value, ...part };
    },
  };
  const context = {
    people: createTestPeople().people,
    person: { oid: alice.id },
    refresh() {},
    announce() {},
  } as unknown as ViewContext;
  const sharing = createSharing(context, editor as unknown as Editor<unknown, DocumentFields>);
  return { sharing, editor };
}

test('changes the readers and the writers of the document', () => {
  const { sharing, editor } = openSharing();
  sharing.readers.add(bob.id);
  sharing.writers.add(bobby.id);
  expect(editor.value).toMatchObject({ readers: [bob.id], writers: [bobby.id] });
});

test.each([
  { title: 'closed for a document that is shared with nobody', fields: {}, isOpen: false },
  { title: 'open for a document with a reader', fields: { readers: [bob.id] }, isOpen: true },
  { title: 'open for a document with a writer', fields: { writers: [bob.id] }, isOpen: true },
])('is $title', ({ fields, isOpen }) => {
  expect(openSharing(fields).sharing.isOpen).toBe(isOpen);
});

test('stays open when the user removes the last person', () => {
  const { sharing } = openSharing({ readers: [bob.id] });
  sharing.readers.remove(bob.id);
  expect(sharing.isOpen).toBe(true);
});
