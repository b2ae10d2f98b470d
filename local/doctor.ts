/** `npm run doctor`: runs the doctor with the directory and settings of the emulators. */
import { runDoctor } from '../tools/doctor/doctor.ts';
import { createDirectory } from './doctor/create-directory.ts';
import { loadSettings } from './doctor/load-settings.ts';

const exitCode = await runDoctor({
  args: process.argv.slice(2),
  stdin: process.stdin,
  directory: createDirectory(),
  loadSettings: (emulatorsOnly) => loadSettings({ environment: process.env, emulatorsOnly }),
});
// A check that exceeded its deadline may still have an open socket, which would keep the process
// alive. The empty write ends the process only after the output has been flushed.
process.stdout.write('', () => process.exit(exitCode));
