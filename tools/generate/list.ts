/** The generated files of the repository, each with the function that makes its whole content. */
import { renderArchitecture } from './architecture.ts'

export type GeneratedFile = { readonly path: string; readonly render: () => Promise<string> }

export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'docs/architecture/rooms.mmd', render: async () => renderArchitecture() },
]
