use super::super::{Limits, Outcome, ReplicaId, Report};
use super::checks::final_checks;
use super::random::Random;
use super::replica::{Replica, Wall};
use super::run::{Run, Step, sync};
use super::server::Server;

/// What has happened in schedules.
#[derive(Debug, Default)]
pub(super) struct Stats {
    pub(super) transactions: u64,
    pub(super) batches: u64,
    pub(super) conflicts: u64,
    pub(super) parked: u64,
    pub(super) clamped: u64,
    pub(super) recovered: u64,
    pub(super) forks: u64,
    pub(super) set_back: u64,
    pub(super) races: u64,
}

/// Replicas, a server, and what is kept of both.
pub(super) struct Model {
    pub(super) random: Random,
    pub(super) now: u64,
    pub(super) server: Server,
    pub(super) replicas: Vec<Replica>,
    backups: Vec<Server>,
    copies: Vec<(usize, Replica)>,
    runs: Vec<Run>,
    limits: Limits,
    fresh: i64,
    /// Folders are copied and sides are restored all the time.
    wild: bool,
    pub(super) stats: Stats,
}

/// Does all of a schedule, and looks whether everything is as it must be.
pub(super) fn schedule(seed: u64, stats: &mut Stats) -> Result<(), String> {
    let mut model = Model::new(seed);
    let result = model.run();
    stats.add(&model.stats);
    result.map_err(|why| format!("schedule {seed}: {why}"))
}

impl Model {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let now = 1_700_000_000_000 + random.next() % 1_000_000;
        let count = 2 + random.below(4);
        let mut names = 0;
        let mut replica = |random: &mut Random| {
            names += 1;
            Replica::new(ReplicaId::new(names).expect("it is not zero"), Wall::any(random, now))
        };
        let replicas = (0..count).map(|_| replica(&mut random)).collect();
        let limits =
            Limits { rows: [1, 3, 10, 1000][random.below(4)], bytes: [200, 1 << 20][random.below(2)] };
        let wild = random.percent(25);
        Self {
            random,
            now,
            server: Server::new(),
            replicas,
            backups: Vec::new(),
            copies: Vec::new(),
            runs: Vec::new(),
            limits,
            fresh: 0,
            wild,
            stats: Stats::default(),
        }
    }

    fn run(&mut self) -> Result<(), String> {
        // Most schedules are short: many of them see more than a few long ones.
        let steps = match self.random.below(100) {
            0..50 => 20,
            50..85 => 60,
            85..97 => 200,
            _ => 200 * self.replicas.len(),
        };
        for _ in 0..steps {
            self.now += self.random.next() % 1500;
            self.step()?;
        }
        self.runs.clear();
        self.settle()?;
        final_checks(self)
    }

    fn step(&mut self) -> Result<(), String> {
        let who = self.random.below(self.replicas.len());
        let restores = self.wild && self.random.percent(15);
        match if restores { 92 + self.random.below(5) } else { self.random.below(100) } {
            0..40 => {
                self.stats.transactions += 1;
                self.replicas[who].transaction(&mut self.random, self.now, &mut self.fresh);
            }
            40..48 => self.runs.push(Run::new(who, &self.replicas[who], self.limits)),
            48..84 => self.go_on(true)?,
            84..87 => self.go_on(false)?,
            87..89 if !self.runs.is_empty() => {
                let run = self.random.below(self.runs.len());
                self.runs.swap_remove(run);
            }
            89..92 => {
                let report = self.sync(who)?;
                self.note(&report);
            }
            92 if self.replicas.len() < 8 => {
                let copy = self.replicas[who].clone();
                self.replicas.push(copy);
            }
            93 => self.copies.push((who, self.replicas[who].clone())),
            94 if !self.copies.is_empty() => {
                let copy = self.random.below(self.copies.len());
                let (who, folder) = self.copies[copy].clone();
                self.runs.retain(|run| run.who != who);
                self.replicas[who] = folder;
            }
            95 => self.backups.push(self.server.clone()),
            96 if !self.backups.is_empty() => {
                let backup = self.random.below(self.backups.len());
                self.server = self.backups[backup].clone();
                self.runs.clear();
            }
            _ => self.replicas[who].wall = Wall::any(&mut self.random, self.now),
        }
        Ok(())
    }

    /// Lets some push do its next step; it dies right after that where nobody is there to hear the answer.
    fn go_on(&mut self, deliver: bool) -> Result<(), String> {
        if self.runs.is_empty() {
            return Ok(());
        }
        let at = self.random.below(self.runs.len());
        let run = &mut self.runs[at];
        let replica = &mut self.replicas[run.who];
        let step = run.step(replica, &mut self.server, self.now, deliver)?;
        match step {
            Step::Goes if deliver => {}
            Step::Goes => drop(self.runs.swap_remove(at)),
            Step::Ended(report) => {
                self.runs.swap_remove(at);
                self.note(&report);
                if report.outcome == Outcome::Raced {
                    self.stats.races += 1;
                } else if report.outcome != Outcome::Done {
                    return Err(format!("a push ended with {:?}", report.outcome));
                }
            }
        }
        Ok(())
    }

    fn sync(&mut self, who: usize) -> Result<Box<Report>, String> {
        let replica = &mut self.replicas[who];
        let report = sync(who, replica, &mut self.server, self.limits, self.now)?;
        if report.outcome != Outcome::Done {
            return Err(format!("a push alone ended with {:?}", report.outcome));
        }
        Ok(report)
    }

    /// Pushes all there is; the second time must find nothing.
    fn settle(&mut self) -> Result<(), String> {
        for round in 0..4 {
            let mut quiet = true;
            for who in 0..self.replicas.len() {
                self.now += self.random.next() % 100;
                let report = self.sync(who)?;
                self.note(&report);
                quiet &= report.batches == 0 && report.forked_from.is_none() && report.recovered == 0;
            }
            if quiet {
                return Ok(());
            }
            if round == 2 {
                return Err("a third sync still moves rows".to_owned());
            }
        }
        Ok(())
    }

    fn note(&mut self, report: &Report) {
        let stats = &mut self.stats;
        stats.batches += report.batches;
        stats.conflicts += report.conflicts;
        stats.parked = self.server.parked.len() as u64;
        stats.clamped += report.clamped;
        stats.recovered += report.recovered;
        stats.forks += u64::from(report.forked_from.is_some());
        stats.set_back += u64::from(report.moved_to.is_some());
    }
}

impl Stats {
    fn add(&mut self, other: &Self) {
        self.transactions += other.transactions;
        self.batches += other.batches;
        self.conflicts += other.conflicts;
        self.parked += other.parked;
        self.clamped += other.clamped;
        self.recovered += other.recovered;
        self.forks += other.forks;
        self.set_back += other.set_back;
        self.races += other.races;
    }

    /// What has never happened, though it should have.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let all = [
            ("batches", self.batches),
            ("conflicts", self.conflicts),
            ("parked transactions", self.parked),
            ("clocks that run ahead", self.clamped),
            ("lost answers", self.recovered),
            ("forks", self.forks),
            ("servers set back", self.set_back),
        ];
        all.into_iter().filter(|(_, count)| *count == 0).map(|(name, _)| name).collect()
    }
}
