#!/bin/sh
# What the tests use from the system: tesseract reads scans, qpdf and LibreOffice make PDFs to read.
set -eu
for tool in tesseract qpdf; do command -v "$tool" >/dev/null || missing=1; done
[ -z "${missing:-}" ] && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        tesseract-ocr tesseract-ocr-ara tesseract-ocr-eng qpdf >/dev/null
else
    echo "tesseract (with ara and eng) and qpdf are not installed: the tests that need them are skipped" >&2
fi
