//! HTTPS: a certificate and its key from two files, and both again when they have been replaced.
//!
//! Owns what a listener needs to speak TLS 1.2 and 1.3 (rustls with ring), and the checks of the files: they are read,
//! understood and fit together before a byte of them is used. It must never quote a file, because one of them is the key;
//! a parser's own words do.
//!
//! Easy to get wrong: a faulty new pair must leave the old one in use, so all of a new configuration is made before any
//! of it is taken. Each connection keeps the one that it began with, and the sessions that clients resume belong to it.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    InconsistentKeys, ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject as _},
    sign::{CertifiedKey, SingleCertAndKey},
};
use thiserror::Error;
use tokio::sync::watch;

/// The only protocol inside TLS that is spoken here, as clients who can speak several are told.
const ALPN: &[u8] = b"http/1.1";
/// A chain of certificates has a few kilobytes.
const MOST_FILE_BYTES: u64 = 1024 * 1024;

/// Why a certificate and a key cannot be used. Names files, and quotes nothing that stands in them.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file that is not there, or may not be read.
    #[error("cannot read {}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that can be neither certificates nor a key.
    #[error("{} is longer than {limit_bytes} bytes", file.display())]
    TooLong {
        /// The file.
        file: PathBuf,
        /// The most that is read.
        limit_bytes: u64,
    },
    /// Something in the file begins like PEM and goes on otherwise.
    #[error("{} is not well-formed PEM", file.display())]
    MalformedPem {
        /// The file.
        file: PathBuf,
    },
    /// The file of certificates has none.
    #[error("{} has no certificate in it: wanted is PEM with -----BEGIN CERTIFICATE-----", file.display())]
    NoCertificate {
        /// The file.
        file: PathBuf,
    },
    /// The file of the key has none, or an encrypted one.
    #[error("{} has no private key in it that can be read: wanted is PEM, not encrypted", file.display())]
    NoKey {
        /// The file.
        file: PathBuf,
    },
    /// A key of a kind that is not supported, or none at all.
    #[error("the key in {} cannot be used: wanted is RSA (2048 bits or more), ECDSA (P-256, P-384) or Ed25519", file.display())]
    UnusableKey {
        /// The file.
        file: PathBuf,
    },
    /// The first certificate is none.
    #[error("the first certificate in {} cannot be understood", file.display())]
    UnusableCertificate {
        /// The file.
        file: PathBuf,
    },
    /// The key belongs to another certificate.
    #[error("the key in {} does not fit the first certificate in {}", key.display(), certificate.display())]
    Mismatch {
        /// The file of certificates.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// This build cannot speak TLS.
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

/// A listener's certificate. Clones share it, so that one of them can renew it for all.
#[derive(Clone)]
pub struct Tls {
    files: Arc<Files>,
    current: watch::Sender<Arc<ServerConfig>>,
}

/// PEM files: the certificate first, then those that vouch for it; and the certificate's key.
struct Files {
    certificates: PathBuf,
    key: PathBuf,
}

impl Tls {
    /// Reads and checks the two files; they may be one and the same. Blocks.
    ///
    /// # Errors
    /// [`TlsError`]: what is wrong, with the file's name.
    pub fn load(certificates: &Path, key: &Path) -> Result<Self, TlsError> {
        let files = Files { certificates: certificates.to_owned(), key: key.to_owned() };
        let current = watch::Sender::new(files.configuration()?);
        Ok(Self { files: Arc::new(files), current })
    }

    /// Reads and checks the files again, and uses them for every connection from now on. Blocks.
    ///
    /// # Errors
    /// As in [`Tls::load`]; then what was used before stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.current.send_replace(self.files.configuration()?);
        Ok(())
    }

    /// What a connection that begins now is to use.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.borrow())
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("certificates", &self.files.certificates).finish_non_exhaustive()
    }
}

impl Files {
    fn configuration(&self) -> Result<Arc<ServerConfig>, TlsError> {
        // Named, because a process may have another default, or none.
        let provider = Arc::new(ring::default_provider());
        let pair = self.pair(&provider)?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Setup)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Arc::new(config))
    }

    /// The chain and the key, which fit together.
    fn pair(&self, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let chain = certificates(&self.certificates)?;
        let key = private_key(&self.key)?;
        let key = provider
            .key_provider
            .load_private_key(key)
            .map_err(|_| TlsError::UnusableKey { file: self.key.clone() })?;
        let pair = CertifiedKey::new(chain, key);
        match pair.keys_match() {
            // A key that does not tell its public half is believed.
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(pair),
            Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(TlsError::Mismatch { certificate: self.certificates.clone(), key: self.key.clone() })
            }
            Err(_) => Err(TlsError::UnusableCertificate { file: self.certificates.clone() }),
        }
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = read(file)?;
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(&text).collect::<Result<_, _>>().map_err(|_| malformed(file))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate { file: file.to_owned() });
    }
    Ok(chain)
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(&read(file)?).map_err(|error| {
        // The parser's own words are not passed on: they may hold a line of the key.
        let is_missing = matches!(error, pem::Error::NoItemsFound);
        if is_missing { TlsError::NoKey { file: file.to_owned() } } else { malformed(file) }
    })
}

fn malformed(file: &Path) -> TlsError {
    TlsError::MalformedPem { file: file.to_owned() }
}

/// A file's content, never more than is sensible, whatever the name leads to.
fn read(file: &Path) -> Result<Vec<u8>, TlsError> {
    let unreadable = |source| TlsError::Unreadable { file: file.to_owned(), source };
    let mut content = Vec::new();
    let opened = File::open(file).map_err(unreadable)?;
    opened.take(MOST_FILE_BYTES + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > MOST_FILE_BYTES {
        return Err(TlsError::TooLong { file: file.to_owned(), limit_bytes: MOST_FILE_BYTES });
    }
    Ok(content)
}

#[cfg(test)]
mod tests;
