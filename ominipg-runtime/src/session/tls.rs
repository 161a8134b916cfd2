use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, ErrorKind};

/// How connections are encrypted. The server's certificate and name are always verified.
#[derive(Clone)]
pub(crate) struct Tls(Arc<ClientConfig>);

impl Tls {
    /// Trusts the certificates in `file`, else those of the system.
    pub(super) fn new(file: Option<&Path>) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        match file {
            Some(file) => add_file(&mut roots, file)?,
            None => {
                // A system without certificates trusts nobody; connections that need none still work.
                let found = rustls_native_certs::load_native_certs();
                roots.add_parsable_certificates(found.certs);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::new(ErrorKind::Connect, error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    pub(super) fn connector(&self) -> MakeRustlsConnect {
        MakeRustlsConnect::new((*self.0).clone())
    }
}

fn add_file(roots: &mut RootCertStore, file: &Path) -> Result<(), Error> {
    let error = |reason: String| {
        Error::new(ErrorKind::Options, format!("sslrootcert `{}` cannot be used: {reason}", file.display()))
    };
    let certificates = CertificateDer::pem_file_iter(file).map_err(|cause| error(cause.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|cause| error(cause.to_string()))?;
        roots.add(certificate).map_err(|cause| error(cause.to_string()))?;
    }
    if roots.is_empty() {
        return Err(error("it holds no certificate".to_owned()));
    }
    Ok(())
}
