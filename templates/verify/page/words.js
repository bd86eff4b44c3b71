// Every sentence of the page in English, French and Spanish; `{0}` stands for a figure or a name. The tool that puts
// the page together refuses a sentence that is missing in one of them.

export const LANGUAGES = ["en", "fr", "es"];

export const WORDS = {
  // the page
  title: ["Check an evidence pack", "Vérifier un dossier de preuves", "Verificar un expediente de pruebas"],
  intro: [
    "Drop a pack here to see whether it is what the company recorded, unchanged since it was received. The page works without a network: nothing that you drop leaves this computer.",
    "Déposez ici un dossier pour savoir s’il est bien ce que l’entreprise a enregistré, sans changement depuis sa réception. La page fonctionne sans réseau : rien de ce que vous déposez ne quitte cet ordinateur.",
    "Suelte aquí un expediente para saber si es lo que la empresa registró, sin cambios desde su recepción. La página funciona sin red: nada de lo que suelte sale de este ordenador.",
  ],
  "other-channel": [
    "Use a copy of this page that came by another way than the pack: from the company’s or the authority’s site, or from an earlier file of yours.",
    "Utilisez un exemplaire de cette page reçu par une autre voie que le dossier : du site de l’entreprise ou de l’administration, ou d’un fichier antérieur.",
    "Use una copia de esta página recibida por otra vía que el expediente: del sitio de la empresa o de la autoridad, o de un archivo anterior suyo.",
  ],
  "step-trust": ["1. Whose signature counts", "1. Quelle signature fait foi", "1. Qué firma vale"],
  "trust-help": [
    "Give the company’s trust folder, or paste its fingerprints, as obtained by another way than the pack. Without them the page shows that the pack is unchanged since somebody signed it, and not who. A folder also says which keys are not to be trusted any more.",
    "Indiquez le dossier de confiance de l’entreprise, ou collez ses empreintes, obtenus par une autre voie que le dossier de preuves. Sans eux, la page montre que rien n’a changé depuis que quelqu’un a signé, mais non qui. Le dossier de confiance dit aussi quelles clés ne méritent plus confiance.",
    "Indique la carpeta de confianza de la empresa, o pegue sus huellas, obtenidas por otra vía que el expediente. Sin ellas, la página muestra que nada ha cambiado desde que alguien firmó, pero no quién. La carpeta dice además qué claves ya no merecen confianza.",
  ],
  "choose-trust": ["Choose the trust folder…", "Choisir le dossier de confiance…", "Elegir la carpeta de confianza…"],
  "paste-trust": ["Fingerprints (SHA-256) of the company", "Empreintes (SHA-256) de l’entreprise", "Huellas (SHA-256) de la empresa"],
  "trust-none": ["Nothing given yet.", "Rien d’indiqué pour l’instant.", "Nada indicado por ahora."],
  "trust-folder": [
    "Trust folder read: {0} root certificates, {1} keys of the ledger, {2} keys listed.",
    "Dossier de confiance lu : certificats racine : {0}, clés du registre : {1}, clés énumérées : {2}.",
    "Carpeta de confianza leída: certificados raíz: {0}, claves del registro: {1}, claves enumeradas: {2}.",
  ],
  "trust-pasted": [
    "{0} fingerprints and {1} keys of a ledger read.",
    "Empreintes lues : {0} ; clés de registre lues : {1}.",
    "Huellas leídas: {0}; claves de registro leídas: {1}.",
  ],
  "step-pack": ["2. The pack", "2. Le dossier", "2. El expediente"],
  "drop-here": ["Drop the pack here: its ZIP, or its folder", "Déposez ici le dossier : le ZIP ou le répertoire", "Suelte aquí el expediente: el ZIP o la carpeta"],
  "choose-zip": ["Choose a ZIP…", "Choisir un ZIP…", "Elegir un ZIP…"],
  "choose-folder": ["Choose a folder…", "Choisir un répertoire…", "Elegir una carpeta…"],
  again: ["Check again", "Vérifier à nouveau", "Verificar de nuevo"],
  print: ["Print this result", "Imprimer ce résultat", "Imprimir este resultado"],
  "stage-files": ["Reading files: {0} of {1} MB", "Lecture des fichiers : {0} Mo sur {1}", "Lectura de archivos: {0} de {1} MB"],
  "stage-signatures": ["Checking signatures", "Vérification des signatures", "Verificación de firmas"],
  "stage-entries": ["Checking entries: {0} of {1}", "Vérification des inscriptions : {0} sur {1}", "Verificación de asientos: {0} de {1}"],
  "no-webcrypto": [
    "This browser gives the page no cryptography (it does so for a file opened from disk, and over HTTPS). Nothing can be checked here.",
    "Ce navigateur ne fournit pas de cryptographie à la page (il le fait pour un fichier ouvert depuis le disque, et en HTTPS). Rien ne peut être vérifié ici.",
    "Este navegador no ofrece criptografía a la página (la ofrece a un archivo abierto desde el disco y por HTTPS). Aquí no se puede verificar nada.",
  ],
  limit: [
    "Integrity check: unchanged since receipt; says nothing on origin.",
    "Contrôle d’intégrité : inchangé depuis la réception ; ne dit rien de l’origine.",
    "Control de integridad: sin cambios desde la recepción; no dice nada sobre el origen.",
  ],
  "limit-failed": ["An integrity check; it says nothing on origin.", "Un contrôle d’intégrité ; il ne dit rien de l’origine.", "Un control de integridad; no dice nada sobre el origen."],
  counts: ["{0} passed, {1} failed, {2} undetermined", "{0} validés, {1} en échec, {2} indéterminés", "{0} pasan, {1} fallan, {2} sin determinar"],
  "checked-at": ["Checked on {0}: {1}", "Vérifié le {0} : {1}", "Verificado el {0}: {1}"],
  "all-passed": ["What passed ({0})", "Ce qui est validé ({0})", "Lo que pasa ({0})"],
  "not-looked-at": [
    "This page does not see symbolic links in a folder, nor revocation lists; and it does not read what a document says.",
    "Cette page ne voit ni les liens symboliques d’un répertoire ni les listes de révocation, et elle ne lit pas ce que dit un document.",
    "Esta página no ve los enlaces simbólicos de una carpeta ni las listas de revocación, y no lee lo que dice un documento.",
  ],
  passed: ["passed", "validé", "pasa"],
  failed: ["failed", "échec", "falla"],
  undetermined: ["undetermined", "indéterminé", "sin determinar"],
  "verdict-passed": ["Passed", "Validé", "Pasa"],
  "verdict-failed": ["Failed", "Échec", "Falla"],
  "verdict-undetermined": ["Undetermined", "Indéterminé", "Sin determinar"],
  "verdict-passed-text": [
    "Every item of this pack is as the company signed it and as its ledger holds it.",
    "Chaque élément de ce dossier est tel que l’entreprise l’a signé et tel que son registre le contient.",
    "Cada elemento de este expediente es tal como la empresa lo firmó y tal como lo contiene su registro.",
  ],
  "verdict-failed-text": [
    "What is named below is not what was signed. Ask for another copy before you conclude more.",
    "Ce qui est nommé ci-dessous n’est pas ce qui a été signé. Demandez un autre exemplaire avant d’en conclure davantage.",
    "Lo que se nombra abajo no es lo que se firmó. Pida otra copia antes de concluir más.",
  ],
  "verdict-undetermined-text": [
    "Nothing was found altered, but what is named below could not be decided.",
    "Aucune altération n’a été trouvée, mais ce qui est nommé ci-dessous n’a pu être tranché.",
    "No se halló ninguna alteración, pero lo que se nombra abajo no pudo decidirse.",
  ],
  refused: ["Not a pack that can be read", "Ce n’est pas un dossier lisible", "No es un expediente legible"],
  "trust-refused": ["The trust given cannot be read", "La confiance indiquée est illisible", "La confianza indicada es ilegible"],

  // what is looked at
  "item-zip": ["the ZIP itself", "le ZIP lui-même", "el propio ZIP"],
  "item-file": ["file {0}", "fichier {0}", "archivo {0}"],
  "item-form": ["form of {0}", "forme de {0}", "forma de {0}"],
  "item-signature": ["signature {0}", "signature {0}", "firma {0}"],
  "item-report-signature": ["signature in {0}", "signature dans {0}", "firma en {0}"],
  "item-attached": ["files inside {0}", "fichiers dans {0}", "archivos dentro de {0}"],
  "item-part": ["{0}", "{0}", "{0}"],
  "item-entry": ["entry {0}", "inscription {0}", "asiento {0}"],
  "item-lines": ["lines of entry {0}", "lignes de l’inscription {0}", "líneas del asiento {0}"],
  "item-exhibit": ["exhibit {0}", "pièce {0}", "anexo {0}"],
  "item-worksheet": ["worksheet {0}", "feuille de calcul {0}", "hoja de cálculo {0}"],
  "item-average": ["average {0}", "moyenne {0}", "promedio {0}"],

  // files and lists
  missing: ["Missing.", "Manque.", "Falta."],
  added: ["Added: no list of the pack names it.", "Ajouté : aucune liste du dossier ne le nomme.", "Añadido: ninguna lista del expediente lo nombra."],
  unnamed: ["Added: the manifest does not name it.", "Ajouté : le manifeste ne le nomme pas.", "Añadido: el manifiesto no lo nombra."],
  altered: ["Altered since it was listed.", "Altéré depuis qu’il a été inscrit sur la liste.", "Alterado desde que se incluyó en la lista."],
  exchanged: ["Exchanged: it holds the bytes of {0}.", "Échangé : il contient les octets de {0}.", "Intercambiado: contiene los bytes de {0}."],
  "not-a-sum": [
    "It holds a line that sha256sum did not write: {0}",
    "Il contient une ligne que sha256sum n’a pas écrite : {0}",
    "Contiene una línea que sha256sum no escribió: {0}",
  ],
  "form-good": ["as it is written from what it covers", "tel qu’on l’écrit d’après ce qu’il couvre", "tal como se escribe a partir de lo que cubre"],
  "form-other": [
    "Not as it is written from what it covers: altered.",
    "Différent de ce qu’on écrit d’après ce qu’il couvre : altéré.",
    "Distinto de lo que se escribe a partir de lo que cubre: alterado.",
  ],
  "bad-name": [
    "{0} cannot be a name in a pack; wanted ASCII letters, digits, '.', '_' and '-'.",
    "{0} ne peut être un nom dans un dossier ; attendu : lettres ASCII, chiffres, « . », « _ » et « - ».",
    "{0} no puede ser un nombre en un expediente; se esperaban letras ASCII, cifras, «.», «_» y «-».",
  ],
  "case-names": [
    "{0} and {1} differ in letter case alone; they cannot both be in a pack.",
    "{0} et {1} ne diffèrent que par la casse ; ils ne peuvent figurer tous deux dans un dossier.",
    "{0} y {1} solo difieren en mayúsculas; no pueden estar ambos en un expediente.",
  ],
  "cannot-read": ["{0} cannot be read by this browser.", "{0} ne peut être lu par ce navigateur.", "Este navegador no puede leer {0}."],
  "too-large": ["{0} is too large for what it should be.", "{0} est trop volumineux pour ce qu’il doit être.", "{0} es demasiado grande para lo que debe ser."],
  "missing-part": ["{0} is missing.", "{0} manque.", "Falta {0}."],

  // the ZIP
  "zip-good": ["its bytes follow from the files in it", "ses octets découlent des fichiers qu’il contient", "sus bytes se derivan de los archivos que contiene"],
  "zip-other": [
    "Its own bytes (order, dates, headers, or something added) are not those that its files give: it was altered or made anew. The files inside are judged one by one.",
    "Ses propres octets (ordre, dates, en-têtes ou un ajout) ne sont pas ceux que donnent ses fichiers : il a été altéré ou refait. Les fichiers qu’il contient sont jugés un à un.",
    "Sus propios bytes (orden, fechas, cabeceras o algo añadido) no son los que dan sus archivos: fue alterado o rehecho. Los archivos que contiene se juzgan uno a uno.",
  ],
  "not-zip": ["It cannot be read as a ZIP; wanted the ZIP or the folder of a pack.", "Illisible comme ZIP ; attendu : le ZIP ou le répertoire d’un dossier.", "No se puede leer como ZIP; se esperaba el ZIP o la carpeta de un expediente."],
  "zip-twice": [
    "It holds two members of one name; readers would differ on which one counts.",
    "Il contient deux membres du même nom ; les lecteurs ne s’accorderaient pas sur celui qui compte.",
    "Contiene dos miembros con el mismo nombre; los lectores discreparían sobre cuál cuenta.",
  ],
  "zip-bomb": [
    "It would unpack to more than 100 times its size: it was made to fill a memory, and was not read.",
    "Décompressé, il dépasserait 100 fois sa taille : il a été fait pour saturer une mémoire et n’a pas été lu.",
    "Descomprimido superaría 100 veces su tamaño: se hizo para llenar una memoria y no se ha leído.",
  ],
  "zip-damaged": ["{0} is damaged in the archive.", "{0} est endommagé dans l’archive.", "{0} está dañado en el archivo ZIP."],
  "zip-method": ["{0} is compressed in a way that this page cannot undo.", "{0} est compressé d’une manière que cette page ne sait défaire.", "{0} está comprimido de un modo que esta página no sabe deshacer."],
  nothing: ["Nothing was dropped that could be a pack.", "Rien de ce qui a été déposé ne peut être un dossier.", "Nada de lo soltado puede ser un expediente."],

  // signatures
  "signature-missing": ["{0} or its signature is missing.", "{0} ou sa signature manque.", "Falta {0} o su firma."],
  "signature-broken": [
    "The signature does not fit: what it covers was altered after signing, or the signature was.",
    "La signature ne correspond pas : ce qu’elle couvre a été altéré après la signature, ou la signature elle-même.",
    "La firma no corresponde: lo que cubre se alteró tras la firma, o se alteró la propia firma.",
  ],
  "signer-unnamed": [
    "Intact, by a certificate that names {0}. Whose it is needs the trust folder or a fingerprint.",
    "Intacte, par un certificat qui nomme {0}. Pour savoir de qui, il faut le dossier de confiance ou une empreinte.",
    "Intacta, por un certificado que nombra a {0}. Para saber de quién es hace falta la carpeta de confianza o una huella.",
  ],
  "signer-other": [
    "Intact, but its certificate ({0}) does not lead to what is trusted, or is not valid today.",
    "Intacte, mais son certificat ({0}) ne mène pas à ce qui fait foi, ou n’est pas valable aujourd’hui.",
    "Intacta, pero su certificado ({0}) no conduce a lo que vale, o no es válido hoy.",
  ],
  "signer-doubt": [
    "by {0}, whose key {1} is compromised: it may be another’s.",
    "par {0}, dont la clé {1} est compromise : elle peut être d’un autre.",
    "por {0}, cuya clave {1} está comprometida: puede ser de otro.",
  ],
  "signer-good": ["by {0}, as trusted", "par {0}, qui fait foi", "por {0}, de confianza"],
  algorithm: ["Not checkable here: this page or browser lacks the algorithm {0}.", "Non vérifiable ici : l’algorithme {0} manque à cette page ou à ce navigateur.", "No verificable aquí: a esta página o navegador le falta el algoritmo {0}."],
  extension: ["Not checkable here: a certificate has the critical extension {0}.", "Non vérifiable ici : un certificat porte l’extension critique {0}.", "No verificable aquí: un certificado lleva la extensión crítica {0}."],
  "no-ed25519": ["Not checkable here: this browser has no Ed25519.", "Non vérifiable ici : ce navigateur n’a pas Ed25519.", "No verificable aquí: este navegador no tiene Ed25519."],
  der: ["The signature cannot be read.", "La signature est illisible.", "La firma es ilegible."],
  "cms-form": ["The signature cannot be read: not the form that a pack’s signatures have.", "La signature est illisible : elle n’a pas la forme des signatures d’un dossier.", "La firma es ilegible: no tiene la forma de las firmas de un expediente."],
  pdf: ["The report cannot be opened.", "Le rapport ne peut être ouvert.", "El informe no se puede abrir."],
  "report-signatures": ["The report carries {0} signatures, wanted one.", "Le rapport porte {0} signatures ; une seule attendue.", "El informe lleva {0} firmas; se esperaba una."],
  "report-added": ["The report was added to after it was signed.", "Le rapport a été complété après sa signature.", "Se añadió algo al informe después de firmarlo."],
  "attached-other": [
    "Not the same inside the report and beside it: {0}.",
    "Différents dans le rapport et à côté : {0}.",
    "No son iguales dentro del informe y junto a él: {0}.",
  ],
  "attached-good": ["{0}: equal to those beside it", "{0} : égaux à ceux d’à côté", "{0}: iguales a los que están junto a él"],

  // the ledger's head
  "head-signed": ["{0}, {1} entries, signed by the ledger’s key as trusted", "{0}, {1} inscriptions, signé par la clé du registre, qui fait foi", "{0}, {1} asientos, firmado por la clave del registro, de confianza"],
  "head-lost": [
    "{0}, {1} entries, signed by the ledger’s key; entries from {2} on were lost to {3}",
    "{0}, {1} inscriptions, signé par la clé du registre ; à partir de {2} elles sont perdues pour {3}",
    "{0}, {1} asientos, firmado por la clave del registro; desde el {2} se perdieron para {3}",
  ],
  "head-unnamed": [
    "Intact under the key that the pack itself names. Whose it is needs the trust folder or the ledger’s key.",
    "Intact sous la clé que le dossier nomme lui-même. Pour savoir de qui, il faut le dossier de confiance ou la clé du registre.",
    "Intacto bajo la clave que el propio expediente nombra. Para saber de quién es hace falta la carpeta de confianza o la clave del registro.",
  ],
  "head-not-in-use": ["Signed by {0}, which was not in use there.", "Signé par {0}, qui n’était pas en usage à cet endroit.", "Firmado por {0}, que no estaba en uso allí."],
  "note-form": ["It is not a signed note.", "Ce n’est pas une note signée.", "No es una nota firmada."],
  "note-line": ["{0} is not a signature line.", "{0} n’est pas une ligne de signature.", "{0} no es una línea de firma."],
  "note-signature": ["The signature of {0} does not verify.", "La signature de {0} ne se vérifie pas.", "La firma de {0} no se verifica."],
  "note-unsigned": ["No known key has signed it; it is signed by {0}.", "Aucune clé connue ne l’a signé ; il est signé par {0}.", "Ninguna clave conocida lo firmó; lo firma {0}."],
  "note-other-log": ["No known key of the log {0} itself has signed it.", "Aucune clé connue du journal {0} lui-même ne l’a signé.", "Ninguna clave conocida del propio registro {0} lo firmó."],
  "checkpoint-form": ["It is not a checkpoint of three lines.", "Ce n’est pas un point de contrôle de trois lignes.", "No es un punto de control de tres líneas."],
  "key-name": ["{0} cannot be the name of a key.", "{0} ne peut être le nom d’une clé.", "{0} no puede ser el nombre de una clave."],
  vkey: ["{0} is not a verifier key.", "{0} n’est pas une clé de vérification.", "{0} no es una clave de verificación."],

  // entries
  "entry-good": [
    "{0}: signed by {1}, in its place, opened fields fit; fields withheld: {2}",
    "{0} : signé par {1}, à sa place, les champs ouverts correspondent ; champs retenus : {2}",
    "{0}: firmado por {1}, en su lugar, los campos abiertos corresponden; campos reservados: {2}",
  ],
  "entry-lost": [
    "{0}: signed by {1}, in its place, opened fields fit; fields withheld: {2}; lost from the ledger since, and kept by this pack",
    "{0} : signé par {1}, à sa place, les champs ouverts correspondent ; champs retenus : {2} ; perdu depuis pour le registre, conservé par ce dossier",
    "{0}: firmado por {1}, en su lugar, los campos abiertos corresponden; campos reservados: {2}; perdido después para el registro, conservado por este expediente",
  ],
  "entry-unnamed": [
    "{0}: intact and in its place; fields withheld: {1}. Whose key signed it needs the trust folder or the ledger’s key.",
    "{0} : intact et à sa place ; champs retenus : {1}. Pour savoir quelle clé l’a signé, il faut le dossier de confiance ou la clé du registre.",
    "{0}: intacto y en su lugar; campos reservados: {1}. Para saber qué clave lo firmó hace falta la carpeta de confianza o la clave del registro.",
  ],
  "key-unknown": [
    "{0}: signed by {1}, whose key is neither in the pack nor in the trust folder",
    "{0} : signé par {1}, dont la clé n’est ni dans le dossier ni dans le dossier de confiance",
    "{0}: firmado por {1}, cuya clave no está ni en el expediente ni en la carpeta de confianza",
  ],
  "key-not-in-use": ["{0}: signed by {1}, which was not in use there.", "{0} : signé par {1}, qui n’était pas en usage à cet endroit.", "{0}: firmado por {1}, que no estaba en uso allí."],
  "key-in-doubt": ["{0}: signed by {1}, which is compromised: it may be another’s.", "{0} : signé par {1}, clé compromise : elle peut être d’un autre.", "{0}: firmado por {1}, clave comprometida: puede ser de otro."],
  "place-unknown": ["{0}: its place in the ledger cannot be judged without the checkpoint", "{0} : sa place dans le registre ne peut être jugée sans le point de contrôle", "{0}: su lugar en el registro no puede juzgarse sin el punto de control"],
  "signature-other": ["{0}: the signature of {1} does not fit the statement.", "{0} : la signature de {1} ne correspond pas à la déclaration.", "{0}: la firma de {1} no corresponde a la declaración."],
  "not-ed25519": ["A key that is no Ed25519 key.", "Une clé qui n’est pas une clé Ed25519.", "Una clave que no es Ed25519."],
  "leaf-form": ["The leaf cannot be read.", "La feuille est illisible.", "La hoja es ilegible."],
  "leaf-other": [
    "The leaf is not that of this statement: the two were altered or exchanged.",
    "La feuille n’est pas celle de cette déclaration : l’une ou l’autre a été altérée ou échangée.",
    "La hoja no es la de esta declaración: una u otra se alteró o se intercambió.",
  ],
  "dsse-form": ["The statement’s envelope is not in its one spelling.", "L’enveloppe de la déclaration n’est pas dans sa seule écriture.", "El sobre de la declaración no está en su única escritura."],
  "body-form": ["The statement is not of the form that a ledger’s statements have.", "La déclaration n’a pas la forme de celles d’un registre.", "La declaración no tiene la forma de las de un registro."],
  subject: ["The statement does not name the commitments it carries.", "La déclaration ne nomme pas les engagements qu’elle porte.", "La declaración no nombra los compromisos que lleva."],
  both: ["The field {0} is both open and committed.", "Le champ {0} est à la fois ouvert et engagé.", "El campo {0} está a la vez abierto y comprometido."],
  disclosure: ["The disclosed field {0} is not the one that the signed statement commits to.", "Le champ divulgué {0} n’est pas celui auquel la déclaration signée s’engage.", "El campo revelado {0} no es el que la declaración firmada compromete."],
  "disclosure-form": ["A disclosure cannot be read.", "Une divulgation est illisible.", "Una revelación es ilegible."],
  "manifest-other": ["The manifest names another statement at this index.", "Le manifeste nomme une autre déclaration à cet indice.", "El manifiesto nombra otra declaración en este índice."],
  "proof-form": ["The proof cannot be read.", "La preuve est illisible.", "La prueba es ilegible."],
  "proof-of-other": ["The proof is of entry {0}.", "La preuve est celle de l’inscription {0}.", "La prueba es del asiento {0}."],
  "proof-checkpoint": ["The proof rests on another checkpoint than the pack’s.", "La preuve repose sur un autre point de contrôle que celui du dossier.", "La prueba se apoya en otro punto de control que el del expediente."],
  "proof-too-long": ["The inclusion proof is longer than the tree is high.", "La preuve d’inclusion est plus longue que l’arbre n’est haut.", "La prueba de inclusión es más larga que la altura del árbol."],
  "proof-too-short": ["The inclusion proof is shorter than the tree is high.", "La preuve d’inclusion est plus courte que l’arbre n’est haut.", "La prueba de inclusión es más corta que la altura del árbol."],
  "proof-other-root": ["The inclusion proof of leaf {0} gives another root than the tree of {1} has.", "La preuve d’inclusion de la feuille {0} donne une autre racine que celle de l’arbre de {1}.", "La prueba de inclusión de la hoja {0} da otra raíz que la del árbol de {1}."],
  "not-in-tree": ["Leaf {0} does not lie in a tree of {1}.", "La feuille {0} n’est pas dans un arbre de {1}.", "La hoja {0} no está en un árbol de {1}."],
  "hash-length": ["A hash that is not 32 bytes long.", "Une empreinte qui n’a pas 32 octets.", "Una huella que no tiene 32 bytes."],

  // what lies on the entries
  "entry-missing": ["Entry {0} did not pass.", "L’inscription {0} n’est pas validée.", "El asiento {0} no pasa."],
  "line-name": ["Line {0} is disclosed under the name {1}.", "La ligne {0} est divulguée sous le nom {1}.", "La línea {0} se revela con el nombre {1}."],
  "lines-good": ["{0} of {1} lines shown, each in its place", "{0} lignes sur {1} montrées, chacune à sa place", "{0} de {1} líneas mostradas, cada una en su lugar"],
  "exhibit-twice": ["The manifest gives this number twice.", "Le manifeste donne ce numéro deux fois.", "El manifiesto da este número dos veces."],
  "receipt-missing": ["The receipt, entry {0}, did not pass.", "La réception, inscription {0}, n’est pas validée.", "La recepción, asiento {0}, no pasa."],
  "commitment-other": [
    "The manifest names another commitment than the receipt’s statement carries.",
    "Le manifeste nomme un autre engagement que celui de la réception.",
    "El manifiesto nombra otro compromiso que el de la recepción.",
  ],
  "exhibit-withheld": ["withheld; named by its commitment", "retenue ; nommée par son engagement", "reservado; nombrado por su compromiso"],
  "exhibit-other": ["{0} is missing or not the document whose receipt is entry {1}.", "{0} manque ou n’est pas le document dont la réception est l’inscription {1}.", "{0} falta o no es el documento cuya recepción es el asiento {1}."],
  "exhibit-good": ["{0}: unchanged since its receipt, entry {1}", "{0} : inchangée depuis sa réception, inscription {1}", "{0}: sin cambios desde su recepción, asiento {1}"],
  "snapshot-other": ["Its record did not pass or carries another commitment.", "Son enregistrement n’est pas validé ou porte un autre engagement.", "Su registro no pasa o lleva otro compromiso."],
  "worksheet-other": ["{0} is missing or not the document that its entry records.", "{0} manque ou n’est pas le document que son inscription enregistre.", "{0} falta o no es el documento que registra su asiento."],
  "worksheet-root": ["Its lines do not give the root that the snapshot’s statement names.", "Ses lignes ne donnent pas la racine que nomme la déclaration de l’instantané.", "Sus líneas no dan la raíz que nombra la declaración de la instantánea."],
  inputs: ["Inputs not shown or differing: {0}.", "Données d’entrée absentes ou différentes : {0}.", "Datos de entrada ausentes o diferentes: {0}."],
  "worksheet-good": ["as recorded; its {0} inputs are shown in this pack", "telle qu’enregistrée ; ses {0} données d’entrée figurent dans ce dossier", "tal como se registró; sus {0} datos de entrada figuran en este expediente"],
  "average-good": [
    "as recorded; the {0} entries and lines that it rests on are in this pack",
    "telle qu’enregistrée ; les {0} inscriptions et lignes dont elle dépend figurent dans ce dossier",
    "tal como se registró; los {0} asientos y líneas en que se apoya figuran en este expediente",
  ],

  // the documents for machines
  "no-object": ["Wanted a JSON object.", "Un objet JSON était attendu.", "Se esperaba un objeto JSON."],
  "format-other": ["Its format is {0}, which this page does not know.", "Son format est {0}, que cette page ne connaît pas.", "Su formato es {0}, que esta página no conoce."],
  "position-other": [
    "It names another ledger position than the checkpoint in the pack.",
    "Il nomme une autre position du registre que le point de contrôle du dossier.",
    "Nombra otra posición del registro que el punto de control del expediente.",
  ],
  "packs-other": [
    "Manifest, disclosures and report speak of different packs or positions.",
    "Manifeste, divulgations et rapport parlent de dossiers ou de positions différents.",
    "Manifiesto, revelaciones e informe hablan de expedientes o posiciones distintos.",
  ],
  "manifest-good": ["pack {0}, {1} entries of {2}", "dossier {0}, {1} inscriptions sur {2}", "expediente {0}, {1} asientos de {2}"],
  "not-of-form": ["Not of the form that a pack has ({0}).", "N’a pas la forme qu’a un dossier ({0}).", "No tiene la forma que tiene un expediente ({0})."],
  "no-member": ["A member is missing: {0}.", "Un membre manque : {0}.", "Falta un miembro: {0}."],
  "wrong-member": ["The member {0} is of another kind than it should be.", "Le membre {0} n’est pas de la sorte attendue.", "El miembro {0} no es de la clase esperada."],
  "json-malformed": ["Not JSON at character {0}.", "Pas du JSON au caractère {0}.", "No es JSON en el carácter {0}."],
  "json-spelling": ["JSON in another spelling than the canonical one.", "Du JSON dans une autre écriture que l’écriture canonique.", "JSON en otra escritura que la canónica."],
  "json-number": ["The number {0} cannot stand in canonical JSON.", "Le nombre {0} ne peut figurer dans du JSON canonique.", "El número {0} no puede figurar en JSON canónico."],
  "json-twice": ["The key {0} stands twice.", "La clé {0} figure deux fois.", "La clave {0} figura dos veces."],
  "json-depth": ["JSON nested too deep.", "JSON trop imbriqué.", "JSON demasiado anidado."],
  "json-surrogate": ["Text with a lone surrogate.", "Du texte avec un demi-codet isolé.", "Texto con un sustituto aislado."],
  "not-utf8": ["Bytes that are not UTF-8.", "Des octets qui ne sont pas de l’UTF-8.", "Bytes que no son UTF-8."],
  "not-hex": ["{0} is not hexadecimal.", "{0} n’est pas hexadécimal.", "{0} no es hexadecimal."],
  "not-base64": ["{0} is not base64 in its one spelling.", "{0} n’est pas du base64 dans sa seule écriture.", "{0} no es base64 en su única escritura."],
  "not-decimal": ["{0} is not a whole number in its one spelling.", "{0} n’est pas un entier dans sa seule écriture.", "{0} no es un entero en su única escritura."],

  // trust
  "trust-missing": ["It holds no {0} that can be read; wanted the trust folder of a company.", "Il ne contient pas de {0} lisible ; attendu : le dossier de confiance d’une entreprise.", "No contiene {0} legible; se esperaba la carpeta de confianza de una empresa."],
  "no-fingerprint": [
    "{0}: no SHA-256 fingerprint (64 hexadecimal digits) and no verifier key in it.",
    "{0} : ni empreinte SHA-256 (64 chiffres hexadécimaux) ni clé de vérification.",
    "{0}: ni huella SHA-256 (64 cifras hexadecimales) ni clave de verificación.",
  ],
};

// The sentence `code` in a language, its gaps filled.
export function sentence(language, code, args = []) {
  const words = WORDS[code]?.[LANGUAGES.indexOf(language)] ?? code;
  return words.replace(/\{([0-9])\}/g, (_, place) => String(args[place] ?? ""));
}
