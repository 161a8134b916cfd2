use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::location::not_understood;
use super::passfile::Passwords;
use super::server_parameter::{self, ServerParameter};
use crate::error::{Error, chain};
use crate::session::{Address, ClientCertificate, Role};

/// A server's url, taken apart.
#[derive(Debug)]
pub(super) struct ServerUrl {
    /// Where the server is, and how it is reached.
    pub(super) address: Address,
    /// How long one of its hosts may take to answer, where the url says so.
    pub(super) connect_timeout: Option<Duration>,
}

impl ServerUrl {
    /// Reads a url of the scheme `postgresql`; a password that it lacks is looked up.
    ///
    /// # Errors
    ///
    /// Names the url, without its password, and what is understood.
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        Self::parse_with(url, Passwords::of_user)
    }

    fn parse_with(url: &str, passwords: impl FnOnce() -> Passwords) -> Result<Self, Error> {
        let (base, parameters) = url.split_once('?').unwrap_or((url, ""));
        // First without its parameters: where an `@` follows the `?`, what looks like one may be a part of the password.
        let refused = |why: &str| {
            let unescaped = "special characters in a password must be percent-encoded, as `%3F` for `?`";
            not_understood(url, if parameters.contains('@') { unescaped } else { why })
        };
        let understood = |of_driver: &str| -> Result<Config, Error> {
            of_driver.parse().map_err(|error: tokio_postgres::Error| refused(&chain(&error)))
        };
        understood(base)?;
        let mut found = Found::default();
        let mut kept = Vec::new();
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            let known = server_parameter::read(parameter).map_err(|why| refused(&why))?;
            if let Some(parameter) = found.take(url, known)? {
                kept.push(parameter);
            }
        }
        let of_driver = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        let mut config = understood(&of_driver)?;
        if let Some(timeout) = found.tcp_user_timeout {
            config.tcp_user_timeout(timeout);
        }
        if config.get_user().is_none() {
            return Err(not_understood(url, "it names no user, as in `postgresql://user@host/database`"));
        }
        if config.get_application_name().is_none() {
            config.application_name("ominipg");
        }
        let client_certificate = match (found.certificate, found.key) {
            (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
            (None, None) => None,
            _ => return Err(not_understood(url, "`sslcert` and `sslkey` are of use together alone")),
        };
        let mut address = Address {
            hosts: hosts(&config).map_err(|why| not_understood(url, &why))?,
            role: found.role,
            prefers_standby: found.prefers_standby,
            any_name: found.any_name,
            root_certificate: found.root_certificate,
            client_certificate,
        };
        if config.get_password().is_none() {
            passwords().fill(&mut address.hosts)?;
        }
        Ok(Self { address, connect_timeout: found.connect_timeout })
    }
}

/// What the url says that the driver does not understand.
#[derive(Default)]
struct Found {
    root_certificate: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    any_name: bool,
    role: Option<Role>,
    prefers_standby: bool,
    connect_timeout: Option<Duration>,
    tcp_user_timeout: Option<Duration>,
}

impl Found {
    /// Takes a parameter, and gives back what is for the driver.
    fn take(&mut self, url: &str, parameter: ServerParameter<'_>) -> Result<Option<String>, Error> {
        let ServerParameter { name, value } = parameter;
        let number = || -> Result<u64, Error> {
            let number = value.parse::<i64>();
            let number = number.map_err(|_| not_understood(url, &format!("`{name}` is a whole number")))?;
            Ok(number.try_into().unwrap_or(0))
        };
        match (name, value) {
            ("sslrootcert", "system") => {}
            ("sslrootcert", _) => self.root_certificate = Some(decode(url, parameter)?),
            ("sslcert", _) => self.certificate = Some(decode(url, parameter)?),
            ("sslkey", _) => self.key = Some(decode(url, parameter)?),
            ("sslmode", "verify-ca") => {
                self.any_name = true;
                return Ok(Some("sslmode=require".to_owned()));
            }
            ("sslmode", "verify-full") => {
                self.any_name = false;
                return Ok(Some("sslmode=require".to_owned()));
            }
            ("target_session_attrs", "prefer-standby") => self.prefers_standby = true,
            ("target_session_attrs", "primary") => self.role = Some(Role::Primary),
            ("target_session_attrs", "standby") => self.role = Some(Role::Standby),
            // As libpq has it, 0 is without a limit.
            ("connect_timeout", _) => {
                self.connect_timeout = Some(match number()? {
                    0 => Duration::MAX,
                    seconds => Duration::from_secs(seconds),
                });
            }
            // The driver would take libpq's milliseconds for seconds.
            ("tcp_user_timeout", _) => {
                self.tcp_user_timeout = Some(Duration::from_millis(number()?)).filter(|time| !time.is_zero());
            }
            ("keepalives_count", _) => return Ok(Some(format!("keepalives_retries={}", number()?))),
            _ => return Ok(Some(format!("{name}={value}"))),
        }
        Ok(None)
    }
}

/// The path of a file.
fn decode(url: &str, parameter: ServerParameter<'_>) -> Result<PathBuf, Error> {
    let decoded = percent_decode_str(parameter.value).decode_utf8();
    let wrong = |_| not_understood(url, &format!("the decoded `{}` is not UTF-8", parameter.name));
    Ok(decoded.map_err(wrong)?.into_owned().into())
}

/// One configuration for each host: each has a time of its own to answer.
fn hosts(config: &Config) -> Result<Vec<Config>, String> {
    let (names, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = names.len().max(addresses.len());
    if count == 0 {
        return Err("it names no host".to_owned());
    }
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        return Err(format!("it has {} hosts and {} of `hostaddr`", names.len(), addresses.len()));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(format!("it has {count} hosts and {} ports", ports.len()));
    }
    let host = |index: usize| {
        let mut one = without_host(config);
        match names.get(index) {
            Some(Host::Tcp(name)) => drop(one.host(name)),
            #[cfg(unix)]
            Some(Host::Unix(folder)) => {
                // Nobody listens in on a Unix socket, and PostgreSQL encrypts none.
                one.host_path(folder).ssl_mode(tokio_postgres::config::SslMode::Disable);
            }
            None => {}
        }
        if let Some(address) = addresses.get(index) {
            one.hostaddr(*address);
        }
        one.port(ports.get(index).or(ports.first()).copied().unwrap_or(5432));
        one
    };
    Ok((0..count).map(host).collect())
}

/// The same configuration without its hosts, which the driver lets nobody take out.
fn without_host(config: &Config) -> Config {
    let mut one = Config::new();
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(database) = config.get_dbname() {
        one.dbname(database);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    if let Some(name) = config.get_application_name() {
        one.application_name(name);
    }
    if let Some(timeout) = config.get_tcp_user_timeout() {
        one.tcp_user_timeout(*timeout);
    }
    if let Some(interval) = config.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding())
        .load_balance_hosts(config.get_load_balance_hosts());
    one
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_postgres::config::{ChannelBinding, LoadBalanceHosts, SslMode, TargetSessionAttrs};

    fn read(url: &str) -> ServerUrl {
        ServerUrl::parse_with(url, Passwords::default).unwrap()
    }

    fn message(url: &str) -> String {
        ServerUrl::parse_with(url, Passwords::default).unwrap_err().to_string()
    }

    #[test]
    fn each_host_stands_for_itself() {
        let url = "postgres://ada:secret@a:1,b,[::1]:3/app?target_session_attrs=read-write&load_balance_hosts=random\
                   &channel_binding=require&options=-c%20geqo%3Doff&application_name=x&keepalives_idle=7\
                   &keepalives_interval=8&keepalives_count=9&tcp_user_timeout=1500";
        let hosts = read(url).address.hosts;
        assert_eq!(hosts.iter().map(|host| host.get_ports()[0]).collect::<Vec<_>>(), [1, 5432, 3]);
        for (host, name) in hosts.iter().zip(["a", "b", "::1"]) {
            assert_eq!(host.get_hosts(), [Host::Tcp(name.to_owned())]);
            assert_eq!(host.get_password(), Some(&b"secret"[..]));
            assert_eq!(host.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
            assert_eq!(host.get_load_balance_hosts(), LoadBalanceHosts::Random);
            assert_eq!(host.get_channel_binding(), ChannelBinding::Require);
            assert_eq!((host.get_options(), host.get_application_name()), (Some("-c geqo=off"), Some("x")));
            assert_eq!(host.get_keepalives_idle(), Duration::from_secs(7));
            assert_eq!(host.get_keepalives_interval(), Some(Duration::from_secs(8)));
            assert_eq!(host.get_keepalives_retries(), Some(9));
            assert_eq!(host.get_tcp_user_timeout(), Some(&Duration::from_millis(1_500)));
        }
        assert!(!format!("{hosts:?}").contains("secret"));
        assert!(!read("postgres://ada@a?keepalives=0").address.hosts[0].get_keepalives());
        assert_eq!(read("postgres://ada@a").address.hosts[0].get_application_name(), Some("ominipg"));
    }

    #[test]
    fn what_the_driver_does_not_know() {
        let url = read("postgres://ada@db/app?sslmode=verify-full&sslrootcert=ca%20.pem&connect_timeout=3");
        assert_eq!(url.address.root_certificate, Some("ca .pem".into()));
        assert_eq!(url.address.hosts[0].get_ssl_mode(), SslMode::Require);
        assert_eq!((url.connect_timeout, url.address.any_name), (Some(Duration::from_secs(3)), false));
        let url =
            read("postgres://ada@db?sslmode=verify-ca&target_session_attrs=prefer-standby&connect_timeout=0");
        assert!(url.address.any_name && url.address.prefers_standby);
        assert_eq!(url.connect_timeout, Some(Duration::MAX));
        assert_eq!(read("postgres://ada@db?target_session_attrs=primary").address.role, Some(Role::Primary));
        let url = read("postgres://ada@db?sslcert=ada%20.pem&sslkey=ada.key&target_session_attrs=standby");
        let files = url.address.client_certificate.unwrap();
        assert_eq!((files.certificate, files.key), ("ada .pem".into(), "ada.key".into()));
        assert_eq!(url.address.role, Some(Role::Standby));
        for url in ["postgres://ada@%2Frun%2Fpg:1/app", "postgres:///app?user=ada&host=/run/pg&port=1"] {
            let hosts = read(url).address.hosts;
            assert_eq!(hosts[0].get_hosts(), [Host::Unix("/run/pg".into())]);
            assert_eq!(hosts[0].get_ssl_mode(), SslMode::Disable);
            assert_eq!(hosts[0].get_ports(), [1]);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (url, why) in [
            ("postgres://ada@a,b:1,c:2?port=3", "3 hosts and 4 ports"),
            ("postgres://ada@a,b?hostaddr=10.0.0.1", "2 hosts and 1 of `hostaddr`"),
            ("postgres://ada@a?connect_timeout=soon", "`connect_timeout` is a whole number"),
            ("postgres://ada@a?sslmode=allow", "`sslmode` is `disable`, "),
            ("postgres://ada@a?target_session_attrs=master", "`read-write`"),
            ("postgres://ada@a?sslcert=ada.pem", "`sslcert` and `sslkey` are of use together"),
            ("postgres://ada@a?aplication_name=x", "do you mean `application_name`?"),
            ("postgres://host/db", "names no user"),
            ("postgres:///db?user=ada", "names no host"),
        ] {
            assert!(message(url).contains(why), "{}", message(url));
        }
        for url in [
            "postgres://ada:secret@host/db?nonsense=1",
            "postgres://ada:secret@host:port/db",
            "postgres://ada:sec/ret@host/db?sslmode=maybe",
            "postgres://ada:secret",
            "postgres://ada:pass?secret",
            "postgres://ada:x@y?secret=1@host/db",
            "postgres://ada:secret@",
            "postgres://host/db?password=secret",
        ] {
            assert!(!message(url).contains("secret"), "{}", message(url));
        }
    }
}
