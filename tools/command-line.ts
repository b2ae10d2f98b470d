import { type ParseArgsConfig, parseArgs } from 'node:util';

/** One option of a command, as `node:util` parses it and as the help describes it. */
export interface CommandOption {
  /** A boolean option is a flag. A string option needs a value. */
  readonly type: 'string' | 'boolean';
  /** A one-letter alias. */
  readonly short?: string;
  /** Whether the option may be repeated. Its value is then an array. */
  readonly multiple?: boolean;
  /** The name of the value in the help, such as `FILE`. */
  readonly value?: string;
  /** One sentence for the help. */
  readonly help: string;
}

/** The options of a command, by name. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** The command line that a program accepts. */
export interface Command<Options extends CommandOptions = CommandOptions> {
  /** Each way to call the command, such as `npm start -- [--fresh]`. */
  readonly usage: readonly string[];
  /** What the command does, in one or more lines. */
  readonly description: string;
  /** The options, by name. `--help` is added to them. */
  readonly options: Options;
  /** Whether the command accepts arguments that are not options. */
  readonly positionals?: boolean;
  /** Whether the command accepts `--no-NAME` for boolean options. */
  readonly negatable?: boolean;
  /** Lines at the end of the help. */
  readonly notes?: string;
}

type WithHelp<Options> = Options & { readonly help: { readonly type: 'boolean' } };

/** The values of the options and the other arguments. */
export type ParsedCommand<Options extends CommandOptions> = ReturnType<
  typeof parseArgs<{
    args: string[];
    options: WithHelp<Options>;
    allowPositionals: true;
    strict: true;
  }>
>;

/** A command line that the command does not accept. The message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Exit code for a command line that the command does not accept. */
const usageExitCode = 2;

/** Errors that only a bug in our own code raises. Their stack is printed. */
const programmingErrors: readonly string[] = ['TypeError', 'ReferenceError', 'RangeError'];

/**
 * Runs a command and sets the exit code of the process.
 *
 * - `--help` and `-h` print the help on stdout. Exit code 0.
 * - A {@link UsageError} prints one line and the usage on stderr. Exit code 2.
 * - Any other error prints its message on stderr. Exit code 1.
 * - Otherwise the exit code is the number that `run` returns or resolves to, or 0.
 *
 * @example
 * await runCommand(command, async ({ values, positionals }) => {
 *   if (positionals.length > 0) throw new UsageError(`Unexpected argument '${positionals[0]}'.`);
 *   console.log(values.json ? '{}' : 'Hello');
 * });
 */
export async function runCommand<const Options extends CommandOptions>(
  command: Command<Options>,
  run: (parsed: ParsedCommand<Options>) => unknown,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  try {
    const parsed = parseCommandLine(command, args);
    if ((parsed.values as { readonly help?: boolean }).help) {
      console.log(formatHelp(command));
      return;
    }
    const exitCode = await run(parsed);
    if (typeof exitCode === 'number') process.exitCode = exitCode;
  } catch (error) {
    process.exitCode = reportError(command, error);
  }
}

/**
 * Prints an error the way {@link runCommand} does.
 * @returns the exit code for it
 */
export function reportError(command: Command, error: unknown): number {
  console.error(describeError(error));
  if (!(error instanceof UsageError)) return 1;
  console.error(formatUsage(command));
  return usageExitCode;
}

/** Describes an error: its message, or the whole stack for an error that only a bug raises. */
export function describeError(error: unknown): string {
  // Errors made by Node fail `instanceof Error` inside jest, so the shape decides.
  const { name, message, stack } = Object(error) as Partial<Error>;
  if (message === undefined) return String(error);
  return name !== undefined && programmingErrors.includes(name) && stack ? stack : message;
}

/**
 * Parses a command line.
 * @throws {UsageError} for an unknown option, a missing value or an unexpected argument
 */
export function parseCommandLine<const Options extends CommandOptions>(
  command: Command<Options>,
  args: readonly string[],
): ParsedCommand<Options> {
  const config: ParseArgsConfig = {
    args: [...args],
    options: {
      ...(command.options as NonNullable<ParseArgsConfig['options']>),
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: command.positionals ?? false,
    allowNegative: command.negatable ?? false,
    strict: true,
  };
  try {
    return parseArgs(config) as ParsedCommand<Options>;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(firstSentence(message));
  }
}

/** Formats the usage, the description and every option. */
export function formatHelp(command: Command): string {
  const rows = Object.entries({
    ...command.options,
    help: { type: 'boolean', short: 'h', help: 'Print this help.' } as const,
  }).map(([name, option]) => ({ flags: formatFlags(name, option), help: option.help }));
  const width = Math.max(...rows.map(({ flags }) => flags.length));
  const lines = [
    formatUsage(command),
    '',
    command.description,
    '',
    'Options:',
    ...rows.map(({ flags, help }) => `  ${flags.padEnd(width)}  ${help}`),
  ];
  if (command.notes !== undefined) lines.push('', command.notes);
  return lines.join('\n');
}

function formatUsage({ usage }: Command): string {
  return usage.map((line, index) => `${index === 0 ? 'Usage: ' : '       '}${line}`).join('\n');
}

function formatFlags(name: string, { short, value, type }: CommandOption): string {
  const flag = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return type === 'boolean' ? flag : `${flag} ${value ?? 'VALUE'}`;
}

/** Removes Node's advice on `--` and positional arguments, which does not help a user. */
function firstSentence(message: string): string {
  const sentence = message.split('\n')[0]?.replace(/\. .*$/s, '') ?? message;
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}
