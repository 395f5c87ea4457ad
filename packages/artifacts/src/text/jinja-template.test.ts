import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOSTILE_TEMPLATES } from '../testing/malicious-formats.ts'
import { scanBytes } from '../testing.ts'

const verdict = (template: string): string | undefined =>
  scanBytes('chat_template.jinja', Buffer.from(template))[0]?.verdict

const ORDINARY = [
  "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>' + message.content | trim }}{% endfor %}",
  '{%- if tools is defined and tools is not none %}{{- tools | tojson(indent=4) }}{%- endif %}',
  "{% set ns = namespace(found=false) %}{% for m in messages[1:] %}{% if not ns.found and m.role == 'user' %}{% set ns.found = true %}{% endif %}{% endfor %}",
  "{%- macro show(call) %}{{ call.name ~ '(' ~ (call.arguments | tojson) ~ ')' }}{%- endmacro %}{{ show(messages[-1].tool_calls[0]) }}",
  "{% if (messages|length) % 2 == 0 %}{{ raise_exception('odd') }}{% endif %}{{ messages[loop.index0 - 1]['content'].split('</think>')[-1].lstrip() }}",
  "{{ messages | selectattr('role', 'equalto', 'system') | map(attribute='content') | list | first | default('') }}",
  "{{ tool.config }}{{ message.system }}{{ strftime_now('%d %B %Y') }}{# a {{ comment }} #}",
]

test('templates as models carry them are clean', () => {
  assert.deepEqual(
    ORDINARY.filter((template) => verdict(template) !== 'clean'),
    [],
  )
})

test('no known escape is clean, with any spacing', () => {
  const spaced = HOSTILE_TEMPLATES.map((template) => template.replaceAll('.', ' . ').replaceAll('|', '\n|\t'))
  assert.deepEqual(
    [...HOSTILE_TEMPLATES, ...spaced].filter((template) => verdict(template) === 'clean'),
    [],
  )
})
