/**
 * Lets one process at a time run npm in this folder. Concurrent npm runs damage node_modules, and
 * azd packages both APIs at the same time.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Contains the id of the process that runs npm. */
const lockFile = fileURLToPath(new URL('../.local/npm.lock', import.meta.url));
const retryMilliseconds = 200;
const noticeMilliseconds = 1_000;

/**
 * Waits for the lock, runs `act`, and releases the lock.
 * @template T
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export async function withNpmLock(act) {
  mkdirSync(dirname(lockFile), { recursive: true });
  const notice = setTimeout(() => {
    console.error(`Waiting for process ${readOwner()} to finish with npm (${lockFile}) …`);
  }, noticeMilliseconds);
  while (!acquire()) await new Promise((resolve) => setTimeout(resolve, retryMilliseconds));
  clearTimeout(notice);
  const release = () => rmSync(lockFile, { force: true });
  process.once('exit', release);
  try {
    return await act();
  } finally {
    release();
    process.off('exit', release);
  }
}

function acquire() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const owner = Number(readOwner());
  // A process that was killed leaves its lock. An empty file is still being written.
  const abandoned = owner === process.pid || (owner > 0 && !isRunning(owner));
  if (abandoned) rmSync(lockFile, { force: true });
  return false;
}

function readOwner() {
  try {
    return readFileSync(lockFile, 'utf8');
  } catch {
    return '';
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
