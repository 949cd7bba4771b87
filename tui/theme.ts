// How tones and grounds look: 256 colours, the 16 that every terminal has, or none at all (NO_COLOR), where bold, inverse
// and underlined say the same.

import type { Ground, Tone } from './model/cells.ts';

export type Colours = '256' | '16' | 'none';

type Codes<K extends string> = Readonly<Record<K, string>>;

const tones: Readonly<Record<Colours, Codes<Tone>>> = {
  '256': {
    plain: '',
    dim: '38;5;245',
    strong: '1',
    good: '38;5;78',
    warn: '38;5;214',
    bad: '38;5;203',
    accent: '38;5;80',
    title: '38;5;110;1',
    key: '38;5;222',
  },
  '16': {
    plain: '',
    dim: '2',
    strong: '1',
    good: '32',
    warn: '33',
    bad: '31',
    accent: '36',
    title: '1',
    key: '33;1',
  },
  none: { plain: '', dim: '', strong: '1', good: '', warn: '1', bad: '1', accent: '', title: '1', key: '1' },
};

const grounds: Readonly<Record<Colours, Codes<Ground>>> = {
  '256': {
    none: '',
    selected: '48;5;24',
    marked: '48;5;58',
    bar: '48;5;236',
    alarm: '48;5;52;1',
    dialog: '48;5;235',
  },
  '16': { none: '', selected: '7', marked: '4', bar: '', alarm: '7;1', dialog: '' },
  none: { none: '', selected: '7', marked: '4', bar: '', alarm: '7;1', dialog: '' },
};

/** The escape sequence after which text looks so, whatever was before. */
export function styleOf(colours: Colours, tone: Tone, ground: Ground): string {
  const codes = ['0', tones[colours][tone], grounds[colours][ground]].filter((code) => code !== '');
  return `\u001b[${codes.join(';')}m`;
}

/** What a terminal can, by its environment. NO_COLOR counts when it is set and not empty. */
export function coloursOf(env: Readonly<Record<string, string | undefined>>): Colours {
  const { NO_COLOR = '', TERM = '', COLORTERM = '' } = env;
  if (NO_COLOR !== '' || TERM === 'dumb' || TERM.startsWith('vt')) return 'none';
  return /256|direct|kitty|alacritty|ghostty/.test(TERM) || COLORTERM !== '' ? '256' : '16';
}

/** Whether only ASCII can be relied on: no UTF-8 in the locale, or the console of a machine. */
export function isAsciiOnly(env: Readonly<Record<string, string | undefined>>): boolean {
  const { LC_ALL = '', LC_CTYPE = '', LANG = '', TERM = '' } = env;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== '') ?? '';
  return TERM === 'linux' || TERM === 'dumb' || TERM.startsWith('vt') || !/utf-?8/i.test(locale);
}
