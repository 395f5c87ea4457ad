/** Keras v3 archives: `config.json` judged, weights scanned as HDF5, everything else as what it is. */
import { MalformedError } from '../byte-stream.ts'
import { type Content, headOf } from '../content.ts'
import { MAX_JSON_BYTES, parseJsonDocument } from '../json-document.ts'
import type { ScanTask } from '../reader.ts'
import { quoted } from '../scan-context.ts'
import { judgeKerasConfig } from './keras-config.ts'

export type ArchiveMember = { readonly name: string; readonly content: Content }

const judgeConfig = (task: ScanTask, { name, content }: ArchiveMember): void => {
  const child = task.context.member(name)
  child.setFormat('keras-config')
  try {
    const { value, duplicates } = parseJsonDocument(headOf(content, MAX_JSON_BYTES + 1))
    for (const key of duplicates) child.report('config-malformed', `the key ${quoted(key)} stands twice`)
    judgeKerasConfig(child, value)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    child.report('keras-config', error.message)
  }
}

export const scanKerasArchive = (task: ScanTask, members: readonly ArchiveMember[]): void => {
  for (const member of members)
    if (member.name === 'config.json') judgeConfig(task, member)
    else task.scanMember(member.name, member.content)
}
