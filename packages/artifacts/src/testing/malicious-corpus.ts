/** All hostile files of the tests. Large bombs are made where they are tested: they take seconds. */
import { maliciousArchives } from './malicious-archives.ts'
import { maliciousConfigs } from './malicious-configs.ts'
import { maliciousFormats } from './malicious-formats.ts'
import { maliciousGraphs } from './malicious-graphs.ts'
import { maliciousPickles } from './malicious-pickles.ts'
import type { CorpusFile } from './pickle-parts.ts'

export type { CorpusFile }

export const maliciousCorpus = (): readonly CorpusFile[] => [
  ...maliciousPickles(),
  ...maliciousArchives(),
  ...maliciousFormats(),
  ...maliciousGraphs(),
  ...maliciousConfigs(),
]
