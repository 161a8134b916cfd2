use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, LoadBalanceHosts, TargetSessionAttrs};

/// Where a server is: one host, or several that stand for each other.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// How each of them is reached, at least one, each with one host.
    pub(crate) hosts: Vec<Config>,
    /// Whether one that takes no changes comes before all others.
    pub(crate) prefers_standby: bool,
    /// Whether a certificate may be for another name.
    pub(crate) any_name: bool,
    /// A file of certificates to trust instead of the system's.
    pub(crate) root_certificate: Option<PathBuf>,
}

/// A host that stands at one place in the list, and how it is tried.
pub(super) struct Attempt {
    #[cfg_attr(
        not(any(feature = "tls", test)),
        expect(dead_code, reason = "only encryption is remembered for each host")
    )]
    pub(super) place: usize,
    pub(super) config: Config,
}

impl Address {
    /// What all hosts have in common.
    pub(super) fn any(&self) -> &Config {
        self.hosts.first().expect("an address has at least one host")
    }

    /// The hosts in the order in which they are to be tried.
    pub(super) fn attempts(&self) -> Vec<Attempt> {
        let mut places: Vec<usize> = (0..self.hosts.len()).collect();
        if self.any().get_load_balance_hosts() == LoadBalanceHosts::Random {
            shuffle(&mut places);
        }
        let with = |attributes: TargetSessionAttrs| {
            let attempt = move |&place: &usize| {
                let mut config = self.hosts[place].clone();
                config.target_session_attrs(attributes);
                Attempt { place, config }
            };
            places.iter().map(attempt)
        };
        if self.prefers_standby {
            with(TargetSessionAttrs::ReadOnly).chain(with(TargetSessionAttrs::Any)).collect()
        } else {
            with(self.any().get_target_session_attrs()).collect()
        }
    }

    /// Hosts and ports, as `localhost:5432`.
    pub(super) fn places(&self) -> String {
        self.hosts.iter().map(place).collect::<Vec<_>>().join(", ")
    }
}

/// Host and port, as `localhost:5432`.
pub(super) fn place(config: &Config) -> String {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match config.get_hosts().first() {
        Some(Host::Tcp(name)) => format!("{name}:{port}"),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => format!("{}/.s.PGSQL.{port}", folder.display()),
        None => {
            config.get_hostaddrs().first().map_or_else(String::new, |address| format!("{address}:{port}"))
        }
    }
}

/// Puts places in an order that differs from time to time.
fn shuffle(places: &mut [usize]) {
    // The keys of the standard library's maps are random, which is all that is asked for here.
    let random = RandomState::new();
    for last in (1..places.len()).rev() {
        let mut hasher = random.build_hasher();
        hasher.write_usize(last);
        let chosen = hasher.finish() % (last as u64 + 1);
        places.swap(last, usize::try_from(chosen).unwrap_or(last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(parameters: &str) -> Address {
        let host = |name: &str| format!("postgres://ada@{name}/?{parameters}").parse().unwrap();
        Address {
            hosts: ["a", "b", "c", "d"].map(host).into(),
            prefers_standby: false,
            any_name: false,
            root_certificate: None,
        }
    }

    fn order(address: &Address) -> Vec<usize> {
        address.attempts().iter().map(|attempt| attempt.place).collect()
    }

    #[test]
    fn hosts_are_tried_in_order_or_at_random() {
        assert_eq!(order(&address("")), [0, 1, 2, 3]);
        assert_eq!(address("").places(), "a:5432, b:5432, c:5432, d:5432");
        let random = address("load_balance_hosts=random");
        let orders: std::collections::HashSet<Vec<usize>> = (0..200).map(|_| order(&random)).collect();
        assert!(orders.len() > 12, "{orders:?}");
        for mut order in orders {
            order.sort_unstable();
            assert_eq!(order, [0, 1, 2, 3]);
        }
    }

    #[test]
    fn standbys_are_tried_first_where_they_are_preferred() {
        let address = Address { prefers_standby: true, ..address("") };
        assert_eq!(order(&address), [0, 1, 2, 3, 0, 1, 2, 3]);
        let attributes = address.attempts().into_iter().map(|it| it.config.get_target_session_attrs());
        assert_eq!(attributes.filter(|it| *it == TargetSessionAttrs::ReadOnly).count(), 4);
    }
}
