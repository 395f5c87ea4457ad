/** Kinds of resources that response acts on or by: notebooks, protected entities, playbooks and their runs. */
import type { Kind, Resource } from './kind.ts'
import { ageColumn, at, column, encode, entityOf, text } from './kind-columns.ts'

const specOf = (key: string) => (item: Resource) => text((item.spec as Resource | undefined)?.[key])

const stepsDone = (item: Resource): string => {
  const steps = Array.isArray(item.steps) ? (item.steps as readonly Resource[]) : []
  return `${steps.filter(({ state }) => state !== 'waiting').length}/${steps.length}`
}

export const RESPONSE_KINDS: readonly Kind[] = [
  {
    singular: 'notebook',
    plural: 'notebooks',
    listPath: '/api/v1/notebooks',
    itemPath: (name) => `/api/v1/notebooks/${encode(name)}`,
    deletable: true,
    nameOf: at('name'),
    columns: (now) => [
      column('NAME', 'name'),
      { head: 'TYPE', cell: specOf('type') },
      { head: 'URL', cell: specOf('url') },
      { head: 'LOCAL', cell: specOf('local') },
      ageColumn('AGE', 'updatedAt', now),
    ],
  },
  {
    singular: 'protected-entity',
    plural: 'protected-entities',
    listPath: '/api/v1/protected-entities',
    itemPath: (name) => `/api/v1/protected-entities/${encode(name)}`,
    deletable: true,
    nameOf: at('name'),
    columns: (now) => [
      column('NAME', 'name'),
      { head: 'KIND', cell: specOf('kind') },
      { head: 'ID', cell: specOf('id') },
      { head: 'REASON', cell: specOf('reason') },
      ageColumn('AGE', 'updatedAt', now),
    ],
  },
  {
    singular: 'playbook',
    plural: 'playbooks',
    listPath: '/api/v1/playbooks',
    itemPath: (name) => `/api/v1/playbooks/${encode(name)}`,
    deletable: true,
    nameOf: at('name'),
    columns: (now) => [
      column('NAME', 'name'),
      column('REVISION', 'revision', { right: true }),
      { head: 'TITLE', cell: specOf('name') },
      { head: 'VERSION', cell: specOf('modified') },
      ageColumn('AGE', 'updatedAt', now),
      { head: 'ID', cell: specOf('id'), wide: true },
    ],
  },
  {
    singular: 'playbook-run',
    plural: 'playbook-runs',
    listPath: '/api/v1/playbook-runs',
    itemPath: (name) => `/api/v1/playbook-runs/${encode(name)}`,
    nameOf: at('id'),
    columns: (now) => [
      column('ID', 'id'),
      column('PLAYBOOK', 'playbook'),
      column('PHASE', 'phase'),
      { head: 'STEPS', cell: stepsDone },
      { head: 'ENTITY', cell: (item) => entityOf({ ...item, entity: item.subject }) },
      ageColumn('AGE', 'createdAt', now),
      column('BY', 'requestedBy', { wide: true }),
      column('SIGNED BY', 'signedBy', { wide: true }),
    ],
  },
]
