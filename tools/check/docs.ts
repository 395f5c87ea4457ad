/** Documents: relative links lead somewhere, YAML and JSON blocks parse, commands in shell blocks exist. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { commandHelp } from '../../apps/cli/src/command-help.ts'
import { listFiles, root } from '../files.ts'
import type { Check } from './check.ts'

type Block = { readonly language: string; readonly text: string }

const isDocument = (path: string): boolean =>
  path.endsWith('.md') && !path.startsWith('examples/') && !path.includes('/generated/')

const blocksOf = (text: string): readonly Block[] =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
  }))

const scripts = (): ReadonlySet<string> => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  return new Set(Object.keys(manifest.scripts))
}

const rampartCommands = (): ReadonlySet<string> =>
  new Set([
    ...commandHelp().map(({ name }) => name.split(' ')[1] ?? ''),
    'server',
    'gateway',
    '--help',
    '--version',
  ])

const npmProblem = (line: string, known: ReadonlySet<string>): string | undefined => {
  const name = /^npm (?:run (?:--silent )?)?([\w:-]+)/.exec(line)?.[1]
  const builtin = ['ci', 'install', 'pack', 'exec'].includes(name ?? '')
  return name === undefined || builtin || known.has(name) ? undefined : `there is no script "${name}"`
}

const rampartProblem = (line: string, known: ReadonlySet<string>): string | undefined => {
  const name = /^(?:npx )?rampart(?: (\S+))?/.exec(line)?.[1]
  return name === undefined || known.has(name) ? undefined : `there is no command "rampart ${name}"`
}

const shellProblems = (text: string): string[] => {
  const npm = scripts()
  const rampart = rampartCommands()
  return text
    .split('\n')
    .map((line) => line.replace(/^\$ /, '').trim())
    .flatMap((line) => npmProblem(line, npm) ?? rampartProblem(line, rampart) ?? [])
}

const jsonProblem = (text: string): string[] => {
  try {
    JSON.parse(text)
    return []
  } catch (error) {
    return [String(error)]
  }
}

const blockProblems = ({ language, text }: Block): string[] => {
  if (language === 'yaml')
    return parseAllDocuments(text).flatMap((document) => document.errors.map((error) => error.message))
  if (language === 'json') return jsonProblem(text)
  return ['sh', 'bash', 'console'].includes(language) ? shellProblems(text) : []
}

const linkProblems = (path: string, text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^([a-z]+:|#)/.test(target))
    .map((target) => target.split('#')[0] ?? '')
    .filter((target) => !existsSync(join(root, dirname(path), target)))
    .map((target) => `the link to ${target} leads nowhere`)

export const checkDocs: Check = {
  name: 'docs',
  run: async () =>
    listFiles(isDocument).flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      return [...linkProblems(path, text), ...blocksOf(text).flatMap(blockProblems)].map(
        (problem) => `${path}: ${problem}`,
      )
    }),
}
