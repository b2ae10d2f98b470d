/** `npm run package:shared`: packs `shared` as the npm package `zero-trust-api`. */
import { type Command, runCommand } from './command-line.ts';
import { packModule } from './packaging/package-module.ts';

const command = {
  usage: ['npm run package:shared'],
  description: [
    'Compiles shared to JavaScript and declarations and packs it as an npm package.',
    'The last line of the output is the path of the tarball.',
  ].join('\n'),
  options: {},
} as const satisfies Command;

await runCommand(command, async () => {
  const { tarball, packedBytes, unpackedBytes, fileCount } = await packModule();
  const format = (bytes: number) => `${bytes.toLocaleString('en')} bytes`;
  console.log(`${fileCount} files, ${format(packedBytes)}, unpacked ${format(unpackedBytes)}:`);
  console.log(tarball);
});
