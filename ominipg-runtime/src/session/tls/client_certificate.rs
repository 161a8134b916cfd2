use std::path::Path;

use rustls::client::WantsClientCert;
use rustls::{ClientConfig, ConfigBuilder};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::{Error, ErrorKind};
use crate::session::address::ClientCertificate;

/// Lets a connection prove by a certificate who it is.
pub(super) fn add(
    config: ConfigBuilder<ClientConfig, WantsClientCert>,
    files: &ClientCertificate,
) -> Result<ClientConfig, Error> {
    let (certificate, key) = (certificates(&files.certificate)?, key(&files.key)?);
    config.with_client_auth_cert(certificate, key).map_err(|cause| {
        let reason = format!("it does not go with sslkey `{}`: {cause}", files.key.display());
        unusable("sslcert", &files.certificate, &reason)
    })
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let error = |cause: pem::Error| unusable("sslcert", file, &cause.to_string());
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file).map_err(error)?.collect();
    let found = found.map_err(error)?;
    if found.is_empty() { Err(unusable("sslcert", file, "it holds no certificate")) } else { Ok(found) }
}

fn key(file: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    check_owner(file)?;
    PrivateKeyDer::from_pem_file(file).map_err(|cause| match cause {
        pem::Error::Io(cause) => unusable("sslkey", file, &cause.to_string()),
        pem::Error::NoItemsFound => unusable("sslkey", file, "it holds no key, or one that is encrypted"),
        // What else there is to tell would have parts of the key in it.
        _ => unusable("sslkey", file, "it is not in the format PEM"),
    })
}

/// As libpq does, a key that others may read is not used.
#[cfg(unix)]
fn check_owner(file: &Path) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;
    let data = std::fs::metadata(file).map_err(|cause| unusable("sslkey", file, &cause.to_string()))?;
    // One of the machine's own may be for a group.
    let others = if data.uid() == 0 { 0o037 } else { 0o077 };
    if data.mode() & others == 0 {
        return Ok(());
    }
    Err(unusable("sslkey", file, "others may read it: take their permission away, as `chmod 600` does"))
}

#[cfg(not(unix))]
fn check_owner(_: &Path) -> Result<(), Error> {
    Ok(())
}

fn unusable(parameter: &str, file: &Path, reason: &str) -> Error {
    Error::new(ErrorKind::Options, format!("{parameter} `{}` cannot be used: {reason}", file.display()))
}
