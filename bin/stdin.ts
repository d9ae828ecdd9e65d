/** What stands for standard input in lists of files; people write '-' for it. */
export const STDIN = '<standard input>';
