/** The generated files of the repository, each with the function that makes its whole content. */
import { renderArchitecture } from './architecture.ts'
import { renderCliReference } from './cli.ts'
import { renderClientTypes } from './client-types.ts'
import { renderConfigPage } from './config.ts'
import { renderErrorReference } from './errors.ts'
import { renderEventReference } from './events.ts'
import { renderOpenApi } from './openapi.ts'
import { renderScanRules } from './scan-rules.ts'

export type GeneratedFile = { readonly path: string; readonly render: () => Promise<string> }

export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'contracts/openapi.json', render: renderOpenApi },
  {
    path: 'packages/client/src/generated/openapi.ts',
    render: async () => renderClientTypes(await renderOpenApi()),
  },
  { path: 'docs/architecture/rooms.mmd', render: async () => renderArchitecture() },
  { path: 'docs/reference/errors.md', render: renderErrorReference },
  { path: 'docs/reference/config.md', render: async () => renderConfigPage() },
  { path: 'docs/reference/events.md', render: async () => renderEventReference() },
  { path: 'docs/reference/scan-rules.md', render: async () => renderScanRules() },
  { path: 'docs/reference/cli.md', render: async () => renderCliReference() },
]
