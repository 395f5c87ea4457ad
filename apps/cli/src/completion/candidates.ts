/** What may stand at the place of the cursor: commands, flags, their choices, kinds, and names that the server knows. */
import type { Argument, Command, Option } from 'commander'
import { KINDS, kindOf } from '../kinds.ts'

/** `files` leaves the rest to the shell. */
export type Candidates = { readonly words: readonly string[]; readonly files: boolean }

/** Names of the resources of a kind; none when they cannot be had quickly. */
export type NamesOf = (kind: string) => Promise<readonly string[]>

const NOTHING: Candidates = { words: [], files: false }
const FILES: Candidates = { words: [], files: true }

/** Arguments that are names of one kind, by what the help calls them. */
const NAMED: Readonly<Record<string, string>> = {
  'name:version': 'model',
  'model:version': 'model',
  route: 'route',
  signer: 'signer',
}
const FILE_WORDS = /file|path|folder|key|certificate|chain|root/

const flagsOf = (command: Command): string[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, short }) => [long, short])
    .filter((flag) => flag !== undefined)

const optionOf = (commands: readonly Command[], word: string): Option | undefined =>
  commands.flatMap(({ options }) => options).find(({ long, short }) => long === word || short === word)

const takesValue = (option: Option | undefined): option is Option =>
  option !== undefined && (option.required || option.optional)

const ofOption = (option: Option): Candidates => {
  if (option.argChoices !== undefined) return { words: option.argChoices, files: false }
  return FILE_WORDS.test(option.flags) ? FILES : NOTHING
}

const kindNames = (): string[] => KINDS.flatMap(({ singular, plural }) => [singular, plural])

const safeKind = (word: string | undefined): string | undefined => {
  try {
    return word === undefined ? undefined : kindOf(word).singular
  } catch {
    return undefined
  }
}

const ofArgument = async (
  argument: Argument,
  given: readonly string[],
  namesOf: NamesOf,
): Promise<Candidates> => {
  const name = argument.name()
  if (argument.argChoices !== undefined) return { words: argument.argChoices, files: false }
  if (name === 'kind') return { words: kindNames(), files: false }
  const kind = name === 'name' || name === 'names' ? safeKind(given[0]) : NAMED[name]
  if (kind !== undefined) return { words: await namesOf(kind), files: false }
  return FILE_WORDS.test(name) ? FILES : NOTHING
}

type Place = {
  readonly command: Command
  readonly chain: readonly Command[]
  readonly given: readonly string[]
  /** The option whose value the cursor is at. */
  readonly option: Option | undefined
  readonly onlyArguments: boolean
}

/** Follows the words before the cursor into subcommands. */
const walk = (program: Command, words: readonly string[]): Place => {
  let command = program
  const chain = [program]
  const given: string[] = []
  let option: Option | undefined
  let onlyArguments = false
  for (const word of words) {
    if (option !== undefined) option = undefined
    else if (onlyArguments) given.push(word)
    else if (word === '--') onlyArguments = true
    else if (word.startsWith('-')) {
      const found = word.includes('=') ? undefined : optionOf(chain, word)
      option = takesValue(found) ? found : undefined
    } else {
      const next = given.length > 0 ? undefined : command.commands.find((one) => one.name() === word)
      if (next === undefined) given.push(word)
      else {
        command = next
        chain.push(next)
      }
    }
  }
  return { command, chain, given, option, onlyArguments }
}

/** `words` are those between `rampart` and the cursor, the last one being typed (it may be empty). */
export const candidatesFor = async (
  program: Command,
  words: readonly string[],
  namesOf: NamesOf,
): Promise<Candidates> => {
  const typed = words.at(-1) ?? ''
  const { command, chain, given, option, onlyArguments } = walk(program, words.slice(0, -1))
  const narrowed = ({ words: found, files }: Candidates): Candidates => ({
    words: [...new Set(found)].filter((word) => word.startsWith(typed)),
    files,
  })
  if (option !== undefined) return narrowed(ofOption(option))
  if (typed.startsWith('-') && !onlyArguments)
    return narrowed({ words: [...chain.flatMap(flagsOf), '--help'], files: false })
  if (command.commands.length > 0 && given.length === 0)
    return narrowed({ words: visibleCommands(command), files: false })
  const last = command.registeredArguments.at(-1)
  const argument = command.registeredArguments[given.length] ?? (last?.variadic === true ? last : undefined)
  return argument === undefined ? NOTHING : narrowed(await ofArgument(argument, given, namesOf))
}

const visibleCommands = (command: Command): string[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((one) => one.name())
