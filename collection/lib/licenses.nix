# Licences, for `meta.license`: those of the archive's usual packages.
{ lib }:

let
  # SPDX identifier (or null) and full name.
  free = spdxId: fullName: {
    inherit fullName;
    free = true;
    redistributable = true;
    deprecated = false;
  } // (if spdxId == null then { } else { inherit spdxId; url = "https://spdx.org/licenses/${spdxId}.html"; });
  unfree = spdxId: fullName: free spdxId fullName // { free = false; redistributable = false; };
in
builtins.mapAttrs (shortName: license: license // { inherit shortName; }) {
  afl21 = free "AFL-2.1" "Academic Free License v2.1";
  afl3 = free "AFL-3.0" "Academic Free License v3.0";
  agpl3Only = free "AGPL-3.0-only" "GNU Affero General Public License v3.0 only";
  agpl3Plus = free "AGPL-3.0-or-later" "GNU Affero General Public License v3.0 or later";
  artistic1 = free "Artistic-1.0" "Artistic License 1.0";
  artistic2 = free "Artistic-2.0" "Artistic License 2.0";
  asl20 = free "Apache-2.0" "Apache License 2.0";
  boost = free "BSL-1.0" "Boost Software License 1.0";
  bsd0 = free "0BSD" "BSD Zero Clause License";
  bsd2 = free "BSD-2-Clause" "BSD 2-clause \"Simplified\" License";
  bsd3 = free "BSD-3-Clause" "BSD 3-clause \"New\" or \"Revised\" License";
  bsdOriginal = free "BSD-4-Clause" "BSD 4-clause \"Original\" or \"Old\" License";
  bsd2Patent = free "BSD-2-Clause-Patent" "BSD-2-Clause Plus Patent License";
  cc0 = free "CC0-1.0" "Creative Commons Zero v1.0 Universal";
  cc-by-30 = free "CC-BY-3.0" "Creative Commons Attribution 3.0";
  cc-by-40 = free "CC-BY-4.0" "Creative Commons Attribution 4.0";
  cc-by-sa-30 = free "CC-BY-SA-3.0" "Creative Commons Attribution Share Alike 3.0";
  cc-by-sa-40 = free "CC-BY-SA-4.0" "Creative Commons Attribution Share Alike 4.0";
  cddl = free "CDDL-1.0" "Common Development and Distribution License 1.0";
  cecill21 = free "CECILL-2.1" "CeCILL Free Software License Agreement v2.1";
  cpl10 = free "CPL-1.0" "Common Public License 1.0";
  curl = free "curl" "curl License";
  epl10 = free "EPL-1.0" "Eclipse Public License 1.0";
  epl20 = free "EPL-2.0" "Eclipse Public License 2.0";
  eupl12 = free "EUPL-1.2" "European Union Public License 1.2";
  fdl12Plus = free "GFDL-1.2-or-later" "GNU Free Documentation License v1.2 or later";
  fdl13Plus = free "GFDL-1.3-or-later" "GNU Free Documentation License v1.3 or later";
  free = free null "Unspecified free software license";
  ftl = free "FTL" "Freetype Project License";
  gpl1Plus = free "GPL-1.0-or-later" "GNU General Public License v1.0 or later";
  gpl2Only = free "GPL-2.0-only" "GNU General Public License v2.0 only";
  gpl2Plus = free "GPL-2.0-or-later" "GNU General Public License v2.0 or later";
  gpl3Only = free "GPL-3.0-only" "GNU General Public License v3.0 only";
  gpl3Plus = free "GPL-3.0-or-later" "GNU General Public License v3.0 or later";
  hpnd = free "HPND" "Historic Permission Notice and Disclaimer";
  icu = free "ICU" "ICU";
  ijg = free "IJG" "Independent JPEG Group License";
  isc = free "ISC" "ISC License";
  lgpl2Only = free "LGPL-2.0-only" "GNU Library General Public License v2 only";
  lgpl2Plus = free "LGPL-2.0-or-later" "GNU Library General Public License v2 or later";
  lgpl21Only = free "LGPL-2.1-only" "GNU Lesser General Public License v2.1 only";
  lgpl21Plus = free "LGPL-2.1-or-later" "GNU Lesser General Public License v2.1 or later";
  lgpl3Only = free "LGPL-3.0-only" "GNU Lesser General Public License v3.0 only";
  lgpl3Plus = free "LGPL-3.0-or-later" "GNU Lesser General Public License v3.0 or later";
  libpng = free "Libpng" "libpng License";
  lppl13c = free "LPPL-1.3c" "LaTeX Project Public License v1.3c";
  mit = free "MIT" "MIT License";
  mit0 = free "MIT-0" "MIT No Attribution";
  mpl10 = free "MPL-1.0" "Mozilla Public License 1.0";
  mpl11 = free "MPL-1.1" "Mozilla Public License 1.1";
  mpl20 = free "MPL-2.0" "Mozilla Public License 2.0";
  ncsa = free "NCSA" "University of Illinois/NCSA Open Source License";
  ofl = free "OFL-1.1" "SIL Open Font License 1.1";
  openldap = free "OLDAP-2.8" "Open LDAP Public License v2.8";
  openssl = free "OpenSSL" "OpenSSL License";
  php301 = free "PHP-3.01" "PHP License v3.01";
  postgresql = free "PostgreSQL" "PostgreSQL License";
  psfl = free "Python-2.0" "Python Software Foundation License version 2";
  publicDomain = free null "Public Domain";
  ruby = free "Ruby" "Ruby License";
  sleepycat = free "Sleepycat" "Sleepycat License";
  tcltk = free "TCL" "TCL/TK License";
  unlicense = free "Unlicense" "The Unlicense";
  vim = free "Vim" "Vim License";
  w3c = free "W3C" "W3C Software Notice and License";
  wtfpl = free "WTFPL" "Do What The F*ck You Want To Public License";
  x11 = free "X11" "X11 License";
  zlib = free "Zlib" "zlib License";
  zpl21 = free "ZPL-2.1" "Zope Public License 2.1";

  unfree = unfree null "Unfree";
  unfreeRedistributable = unfree null "Unfree redistributable" // { redistributable = true; };
  unfreeRedistributableFirmware = unfree null "Unfree redistributable firmware" // { redistributable = true; };
  bsl11 = unfree "BUSL-1.1" "Business Source License 1.1";
  cc-by-nc-sa-40 = unfree "CC-BY-NC-SA-4.0" "Creative Commons Attribution Non Commercial Share Alike 4.0";
  cc-by-nc-40 = unfree "CC-BY-NC-4.0" "Creative Commons Attribution Non Commercial 4.0 International";
  sspl = unfree "SSPL-1.0" "Server Side Public License";
  agpl3 = free "AGPL-3.0-only" "GNU Affero General Public License v3.0 only" // { deprecated = true; };
  gpl2 = free "GPL-2.0-only" "GNU General Public License v2.0 only" // { deprecated = true; };
  gpl3 = free "GPL-3.0-only" "GNU General Public License v3.0 only" // { deprecated = true; };
  lgpl2 = free "LGPL-2.0-only" "GNU Library General Public License v2 only" // { deprecated = true; };
  lgpl21 = free "LGPL-2.1-only" "GNU Lesser General Public License v2.1 only" // { deprecated = true; };
  lgpl3 = free "LGPL-3.0-only" "GNU Lesser General Public License v3.0 only" // { deprecated = true; };
}
