import { beforeAll, describe, expect, test } from '@jest/globals';
import { compileExamples } from './compile-examples.ts';
import { listSources, readDocstringExamples, readMarkdownExamples } from './extract-examples.ts';

const examples = [
  ...listSources('shared').flatMap(readDocstringExamples),
  ...readMarkdownExamples('shared/README.md'),
];

describe('the example at', () => {
  let errors: readonly (readonly string[])[];

  beforeAll(() => {
    errors = compileExamples(examples);
  });

  test.each(examples.map(({ file, line }, index) => ({ file, line, index })))(
    '$file:$line compiles',
    ({ index }) => {
      expect(errors[index]).toEqual([]);
    },
  );
});
