import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeBadInput } from './bad-input.ts'

const withConfig = (content: string) => (at: string) => {
  writeFileSync(join(at, 'config.yaml'), content)
  return ['bench', '--config', join(at, 'config.yaml')]
}

describeBadInput('configurations', [
  [
    'a configuration that is not there',
    (at) => ['bench', '--config', join(at, 'none.yaml')],
    /none\.yaml.*no such file/,
  ],
  [
    'YAML that does not parse',
    withConfig('epochs: [1, 2\nmethods: }\n'),
    /config\.yaml:\d+:\d+: not valid YAML/,
  ],
  ['YAML that is a list', withConfig('- a\n- b\n'), /config\.yaml.*keys and values/],
  ['a key twice', withConfig('epochs: 1\nepochs: 2\n'), /config\.yaml:2.*not valid YAML/],
  ['an unknown key', withConfig('datset: synthetic:tiny\n'), /"datset".*did you mean "dataset"/],
  [
    'a key of a group outside of it',
    withConfig('data: a.csv\ncolumns: {user: a, item: b}\n'),
    /unknown key "columns"; it stands under another: read: \{ columns: /,
  ],
  [
    'an unknown key inside a group',
    withConfig('teacher: {backbone: mf, dims: 8}\n'),
    /"dims".*did you mean "dim"/,
  ],
  ['a group in place of a number', withConfig('epochs: {max: 3}\n'), /epochs: expected an integer/],
  ['a number in place of a name', withConfig('dataset: 7\n'), /dataset.*string.*7/],
  ['a list of wrong things', withConfig('methods: [1, 2]\n'), /methods.*expected a string, got 1/],
  [
    'yes in place of true',
    withConfig('saveRankings: maybe\n'),
    /saveRankings: expected true or false, got "maybe"/,
  ],
])
