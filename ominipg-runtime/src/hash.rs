/// A map for what every statement looks up: the standard hasher takes as long for its text as all else about it.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
