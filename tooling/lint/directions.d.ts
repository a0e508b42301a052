/** Who may import whom: names of packages to the names of those they depend on. */
export declare const directions: Readonly<Record<string, readonly string[]>>
