//! A recorder that keeps what it hears.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, SharedString, Unit,
};

/// What was counted and timed, by the labels.
#[derive(Default)]
struct Heard {
    described: BTreeSet<String>,
    counts: BTreeMap<String, u64>,
    times: BTreeMap<String, Vec<f64>>,
}

/// A recorder; clones share what they hear.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Heard>>);

impl Recorder {
    /// A recorder that the process has from now on.
    pub(crate) fn install() -> Self {
        let recorder = Self::default();
        metrics::set_global_recorder(recorder.clone()).expect("it is the first");
        recorder
    }

    pub(crate) fn described(&self, name: &str) -> bool {
        self.with(|heard| heard.described.contains(name))
    }

    pub(crate) fn count(&self, labels: &str) -> u64 {
        self.with(|heard| heard.counts.get(labels).copied().unwrap_or(0))
    }

    pub(crate) fn times(&self, labels: &str) -> Vec<f64> {
        self.with(|heard| heard.times.get(labels).cloned().unwrap_or_default())
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Heard) -> T) -> T {
        use_it(&mut self.0.lock().expect("nobody panics"))
    }
}

/// One series of a recorder.
struct Series(Recorder, String);

impl Series {
    fn of(recorder: &Recorder, key: &Key) -> Arc<Self> {
        let labels: Vec<String> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Self(recorder.clone(), labels.join(" ")))
    }
}

impl CounterFn for Series {
    fn increment(&self, value: u64) {
        self.0.with(|heard| *heard.counts.entry(self.1.clone()).or_default() += value);
    }

    fn absolute(&self, value: u64) {
        self.0.with(|heard| heard.counts.insert(self.1.clone(), value));
    }
}

impl HistogramFn for Series {
    fn record(&self, value: f64) {
        self.0.with(|heard| heard.times.entry(self.1.clone()).or_default().push(value));
    }
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.with(|heard| heard.described.insert(key.as_str().to_owned()));
    }

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.with(|heard| heard.described.insert(key.as_str().to_owned()));
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Series::of(self, key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Series::of(self, key))
    }
}
