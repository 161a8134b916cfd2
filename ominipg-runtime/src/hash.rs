/// A map for what every statement looks up: its hasher is seeded too, and costs less for short keys than the standard one.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
