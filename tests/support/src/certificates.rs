use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, IsCa, KeyPair};

/// The server's certificate, which nobody trusts yet.
pub(crate) const SERVER: &str = "server.pem";
/// The certificate of the role `needs_certificate`, and its key.
pub(crate) const CLIENT: [&str; 2] = ["client.pem", "client.key"];

/// Makes a certificate for the server's address, an authority that the server trusts, and a certificate of that for a client.
pub(crate) fn make(folder: &Path, user: Option<(u32, u32)>) -> io::Result<()> {
    let server = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).map_err(io::Error::other)?;
    fs::write(folder.join(SERVER), server.cert.pem())?;
    write_key(&folder.join("server.key"), &server.signing_key, user)?;
    let (authority, client, key) = client().map_err(io::Error::other)?;
    fs::write(folder.join("authority.pem"), authority)?;
    fs::write(folder.join(CLIENT[0]), client)?;
    write_key(&folder.join(CLIENT[1]), &key, None)
}

/// The authority, a certificate that it signed, and the key of that.
fn client() -> Result<(String, String, KeyPair), Error> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "the tests' authority");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let mut client = CertificateParams::default();
    client.distinguished_name.push(DnType::CommonName, "needs_certificate");
    let key = KeyPair::generate()?;
    let signed = client.signed_by(&key, &authority)?;
    Ok((authority.pem(), signed.pem(), key))
}

fn write_key(file: &Path, key: &KeyPair, user: Option<(u32, u32)>) -> io::Result<()> {
    fs::write(file, key.serialize_pem())?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600))?;
    match user {
        Some((user, group)) => chown(file, Some(user), Some(group)),
        None => Ok(()),
    }
}
