/** A playbook's workflow as boxes and arrows for the layered drawing: ids rise along every arrow. */
export type WorkflowStep = {
  readonly type: string
  readonly name?: string
  readonly condition?: string
  readonly switch?: string
} & Readonly<Record<string, unknown>>

export type PlaybookDocument = {
  readonly name?: string
  readonly description?: string
  readonly modified?: string
  readonly workflow_start: string
  readonly workflow: Readonly<Record<string, WorkflowStep>>
}

export type WorkflowArrow = { readonly from: number; readonly to: number; readonly label: string }
export type WorkflowPicture = {
  readonly boxes: readonly { readonly id: number; readonly kind: string; readonly step: string }[]
  readonly arrows: readonly WorkflowArrow[]
}

const LABELS: Readonly<Record<string, string>> = {
  on_completion: '',
  on_success: '',
  on_failure: 'fails',
  on_true: 'true',
  on_false: 'false',
}

/** What completes when its branches have: without the word, what comes then looks like one more branch. */
const BRANCHING = ['parallel', 'if-condition', 'while-condition', 'switch-condition']

/** What follows a step, with the word on the arrow. */
export const linksOf = (step: WorkflowStep): readonly (readonly [string, string])[] => {
  const links: (readonly [string, string])[] = []
  const add = (to: unknown, label: string): void => {
    if (typeof to === 'string') links.push([to, label])
  }
  for (const [key, label] of Object.entries(LABELS)) {
    if (key === 'on_true' && step.type === 'while-condition') add(step[key], 'again')
    else if (key === 'on_completion' && BRANCHING.includes(step.type)) add(step[key], 'then')
    else add(step[key], label)
  }
  if (Array.isArray(step.next_steps)) for (const to of step.next_steps) add(to, '')
  for (const [value, to] of Object.entries((step.cases ?? {}) as Record<string, unknown>)) add(to, value)
  return links
}

/** Steps in an order in which every arrow leads forward (Kahn 1962); what is in a circle is left out. */
const inOrder = ({ workflow }: PlaybookDocument): string[] => {
  const waits = new Map(Object.keys(workflow).map((id) => [id, 0]))
  for (const step of Object.values(workflow))
    for (const [to] of linksOf(step)) waits.set(to, (waits.get(to) ?? 0) + 1)
  const ready = [...waits].filter(([, count]) => count === 0).map(([id]) => id)
  const order: string[] = []
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    const step = workflow[id]
    if (step === undefined) continue
    order.push(id)
    for (const [to] of linksOf(step)) {
      const left = (waits.get(to) ?? 0) - 1
      waits.set(to, left)
      if (left === 0) ready.push(to)
    }
  }
  return order
}

export const pictureOf = (playbook: PlaybookDocument): WorkflowPicture => {
  const order = inOrder(playbook)
  const ids = new Map(order.map((step, id) => [step, id]))
  const arrows = new Map<string, WorkflowArrow>()
  for (const [from, step] of order.entries())
    for (const [to, label] of linksOf(playbook.workflow[step] as WorkflowStep)) {
      const target = ids.get(to)
      if (target === undefined) continue
      const key = `${from} ${target}`
      const known = arrows.get(key)
      const text = [known?.label, label].filter((part) => part !== undefined && part !== '').join(', ')
      arrows.set(key, { from, to: target, label: text })
    }
  return {
    boxes: order.map((step, id) => ({ id, kind: playbook.workflow[step]?.type ?? '', step })),
    arrows: [...arrows.values()],
  }
}
