/** The version of the framework, as records and verdicts name it; equal to the package's. */
export const version = '0.1.0';
