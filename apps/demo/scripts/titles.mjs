import { itemTastes, syntheticPresets } from '@recdistill/data'

/** One line a coarse taste, one word a fine taste in it. */
const themes = `
  Harbour Tide Lighthouse Sail Anchor Reef Island Current Jetty Compass Storm Shore Ferry Pearl Captain Voyage
  Summit Glacier Ridge Cabin Trail Valley Avalanche Pass Meadow Echo Rope Shepherd Spring Cliff Hut Descent
  Alley Tram Rooftop Station Neon Market Corner Bridge Night Café Cellar Window Crowd Letter Taxi Suburb
  Kitchen Supper Orchard Bread Vineyard Spice Picnic Honey Recipe Teapot Oven Salt Harvest Feast Lemon Butter
  Orbit Comet Signal Colony Engine Airlock Nebula Probe Eclipse Android Planet Vacuum Beacon Crater Crew Horizon
  Castle Crown Knight Tower Dragon Siege Herald Oath Banner Queen Forge Raven Tournament Abbey Sword Minstrel
  Clue Alibi Witness Verdict Safe Inspector Cipher Motive Heist Suspect Ledger Trap Fingerprint Warden Poison Escape
  Melody Chorus Fiddle Rehearsal Encore Drum Ballad Record Stage Waltz Tenor Guitar Tempo Serenade Organ Silence
  Garden Greenhouse Rose Hedge Beetle Seed Pond Ivy Moss Gate Swallow Fern Orchid Thistle Bench Willow
  Race Goal Sprint Umpire Medal Stadium Rival Coach Relay Serve Final Whistle Podium Team Marathon Underdog
  Ghost Attic Mirror Candle Fog Cemetery Whisper Mask Manor Shadow Crypt Curse Doll Staircase Bell Stranger
  Desert Caravan Oasis Dune Camel Mirage Well Sandstorm Bazaar Nomad Sultan Palm Tent Scorpion Ruin Sandal`
  .trim()
  .split('\n')
  .map((line) => line.trim().split(' '))

const qualities = `
  Amber Silver Late Quiet Broken Golden Hidden Last First Distant Paper Winter Summer Crooked Borrowed Blue
  Red Forgotten Second Hollow Bright Early Empty Little Great Slow Wild Lonely Velvet Iron Copper Painted
  Lost Open Secret Northern Southern Patient Burning Sleeping Wandering Scarlet Ivory Restless Modest Curious Stolen Green`
  .trim()
  .split(/\s+/)

/**
 * Made-up titles of the items of an embedded data set, by their ids: those of one fine taste share a word, those of one coarse
 * taste a theme, so that a reader sees what a model has understood.
 *
 * @param {keyof typeof syntheticPresets} preset
 * @returns {Record<string, string>}
 */
export function madeUpTitles(preset) {
  const { groups, subgroups } = itemTastes(syntheticPresets[preset])
  const used = new Map()
  const titles = Array.from(groups, (group, item) => {
    const word = themes[group][subgroups[item]]
    const n = used.get(word) ?? 0
    used.set(word, n + 1)
    const quality = qualities[(7 * group + 5 * subgroups[item] + n) % qualities.length]
    return [
      item,
      n < qualities.length
        ? `${quality} ${word}`
        : `${quality} ${word} ${1 + Math.floor(n / qualities.length)}`,
    ]
  })
  return Object.fromEntries(titles)
}
