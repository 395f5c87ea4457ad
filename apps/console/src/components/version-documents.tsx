/** What others ask for about a version: its bill of materials and its signed provenance, as the server's own bytes. */
import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { download } from '../api/client.ts'
import type { Passport } from '../api/types.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { saveFile } from '../ui/save-file.ts'
import { ProblemNotice } from './query-state.tsx'

type Document = {
  path: '/api/v1/models/{name}/versions/{version}/bom' | '/api/v1/models/{name}/versions/{version}/provenance'
  title: string
  format: string
  ending: string
}

const DOCUMENTS: readonly Document[] = [
  {
    path: '/api/v1/models/{name}/versions/{version}/bom',
    title: 'Bill of materials',
    format: 'CycloneDX',
    ending: 'cdx.json',
  },
  {
    path: '/api/v1/models/{name}/versions/{version}/provenance',
    title: 'Provenance',
    format: 'SLSA, signed',
    ending: 'provenance.json',
  },
]

export const VersionDocuments = ({ passport: { name, version } }: { passport: Passport }) => {
  const save = useMutation({
    mutationFn: async ({ path, ending }: Document) =>
      saveFile(`${name}-${version}.${ending}`, await download(path, { path: { name, version } })),
  })
  return (
    <Card title="Documents" flush>
      <ul className="divide-y divide-line">
        {DOCUMENTS.map((document) => (
          <li key={document.path} className="flex items-center gap-3 py-1.5 pr-2 pl-4">
            <span className="min-w-0 flex-1">{document.title}</span>
            <span className="text-xs text-ink-3">{document.format}</span>
            <Button
              variant="ghost"
              size="sm"
              aria-label={`Download ${document.title}`}
              busy={save.isPending && save.variables.path === document.path}
              onClick={() => save.mutate(document)}
            >
              <Download aria-hidden className="size-3.5" />
            </Button>
          </li>
        ))}
      </ul>
      {save.isError && <ProblemNotice title="Not downloaded" error={save.error} />}
    </Card>
  )
}
