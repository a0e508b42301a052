import { expect, test } from 'vitest'
import {
  asBytes,
  asCount,
  asFactor,
  asMetric,
  asMicroseconds,
  asP,
  asPercent,
  asSeconds,
  asWhole,
} from './numbers.ts'

test('numbers as people read them', () => {
  expect([0.02814, 0, -0.00001, -0.5, 12.345, NaN, null, undefined].map(asMetric)).toEqual([
    '0.0281',
    '0.0000',
    '0.0000',
    '−0.5000',
    '12.35',
    '–',
    '–',
    '–',
  ])
  expect([0.934, 0.0312, 0, 1.2, -0.05, 0.0996, null, Infinity].map(asPercent)).toEqual([
    '93 %',
    '3.1 %',
    '0 %',
    '120 %',
    '−5.0 %',
    '10 %',
    '–',
    '–',
  ])
  expect([0, 1023, 1024, 1024 * 1024 - 1, 48_640_000].map(asBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.0 MiB',
    '46.4 MiB',
  ])
  expect([999, 1000, 608_000, 12_160_000, null].map(asCount)).toEqual([
    '999',
    '1.0 k',
    '608 k',
    '12.2 M',
    '–',
  ])
  expect([20, 3.14, null].map(asFactor)).toEqual(['20×', '3.1×', '–'])
  expect([62.5, 1250, 2_500_000, null].map(asMicroseconds)).toEqual(['63 µs', '1.3 ms', '2.5 s', '–'])
  expect([1.25, 71, 402, 9000].map(asSeconds)).toEqual(['1.3 s', '71 s', '7 min', '2.5 h'])
  expect([0.5, 0.0421, 0.00012, 1e-300, 0].map(asP)).toEqual([
    '0.500',
    '0.042',
    '1.2e-4',
    '< 1e-12',
    '< 1e-12',
  ])
  expect([125_580, 3.5, NaN].map(asWhole)).toEqual(['125,580', '3.5', '–'])
})
