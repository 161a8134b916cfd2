//! Nothing; the test `metrics` hears what a recorder hears.
